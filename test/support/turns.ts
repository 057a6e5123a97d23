/** Waits while the event loop turns so many times: an order of events that no clock decides. */
export async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve));
}

/** Counts how often the event loop turns, until the count is asked for. */
export function countTurns(): () => number {
  let [count, isOn] = [0, true];
  const turn = () => {
    count++;
    if (isOn) setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    isOn = false;
    return count;
  };
}
