/** Those who wait for their turn, the first one first. */
const waiting: (() => void)[] = [];

/**
 * Waits for a turn of the event loop that it shares with nobody else who asks here. `setImmediate` gives all who wait the same turn, in which
 * their work adds up: with five at work a timer, a reader of the page and Ctrl-C would wait for all five.
 */
export function ownTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(next);
  });
}

function next(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(next);
}
