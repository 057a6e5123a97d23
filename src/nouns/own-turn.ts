/** The callers that wait for their turn, in the order in which they came. */
const waiting: (() => void)[] = [];

/**
 * Waits for a turn of the event loop that no other caller of this function shares. Plain `setImmediate` wakes all
 * callers in the same turn, and their work adds up: with five at work, timers, readers of the page and Ctrl-C would
 * wait for all five.
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
