/**
 * Hands out addresses one after the other, and never frees them. Each one starts a cache line, so that no two threads
 * write to the same line.
 */
export interface Arena {
  /** @returns The first byte of `bytes` free ones. */
  take(bytes: number): number;
  /** How many bytes are taken so far, a whole number of cache lines. */
  readonly size: number;
}

const LINE = 64;

export function arena(start: number): Arena {
  let top = start;
  return {
    take(bytes) {
      const address = top;
      top = Math.ceil((top + bytes) / LINE) * LINE;
      return address;
    },
    get size() {
      return top - start;
    },
  };
}
