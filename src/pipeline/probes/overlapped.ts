/** How many are worked on at a time: while the engine answers one, the next is prepared. */
const AT_ONCE = 3;

/** Does `act` for 0 to count − 1, a few side by side, begun in order. @returns What each gives, in order. */
export async function overlapped<T>(count: number, act: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const one = async () => {
    while (next < count) {
      const n = next++;
      try {
        results[n] = await act(n);
      } catch (error) {
        next = count; // no other is begun
        throw error;
      }
    }
  };
  await Promise.all(Array.from({length: Math.min(AT_ONCE, count)}, one));
  return results;
}
