/** How many are worked on at a time: while the engine answers one, the next is prepared. */
const AT_ONCE = 3;

/**
 * Does `act` for the numbers 0 to count − 1, a few at the same time; they begin in order. @returns All results, in
 * order.
 */
export async function overlapped<T>(count: number, act: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const one = async () => {
    while (next < count) {
      const n = next++;
      try {
        results[n] = await act(n);
      } catch (error) {
        next = count; // no other one begins
        throw error;
      }
    }
  };
  await Promise.all(Array.from({length: Math.min(AT_ONCE, count)}, one));
  return results;
}
