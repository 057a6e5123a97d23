/** What a generator gives in the end; what it yields on the way is left out. */
export async function drained<T>(opening: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const next = await opening.next();
    if (next.done) return next.value;
  }
}
