/** Runs a generator to its end, ignores the values that it yields, and returns its result. */
export async function drained<T>(opening: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const next = await opening.next();
    if (next.done) return next.value;
  }
}
