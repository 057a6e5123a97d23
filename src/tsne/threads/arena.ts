import {DATA_START, type Team} from "./team";

/** Hands out places in a team's memory, one after another; the memory grows as needed. */
export interface Arena {
  /**
   * @returns The address of `bytes` bytes, a multiple of 128. The memory is zero at first use and is not cleared for
   *   reuse.
   */
  allocate(bytes: number): number;
  /** The next free place. Give it to `release` to free everything that is handed out after this call. */
  mark(): number;
  release(mark: number): void;
  /** Copies bytes to a lower address; the two places may overlap. */
  move(from: number, to: number, bytes: number): void;
  /** A view is valid until the next `allocate`: when the memory grows, older views no longer show it. */
  floats(address: number, length: number): Float32Array;
  integers(address: number, length: number): Int32Array;
  doubles(address: number, length: number): Float64Array;
}

const PAGE = 65536;

export function openArena({memory}: Team): Arena {
  let top = DATA_START;
  return {
    allocate(bytes) {
      const address = top;
      top += Math.ceil((bytes + 64) / 128) * 128; // vectors may read past the end of an array
      const pages = Math.ceil(top / PAGE);
      if (pages > 65536)
        throw new RangeError(`t-SNE: expected to need at most 4 GiB, got ${(top / 2 ** 30).toFixed(1)}`);
      const missing = pages - memory.buffer.byteLength / PAGE;
      if (missing > 0) memory.grow(missing);
      return address;
    },
    mark: () => top,
    release(mark) {
      top = mark;
    },
    move(from, to, bytes) {
      new Uint8Array(memory.buffer).copyWithin(to, from, from + bytes);
    },
    floats: (address, length) => new Float32Array(memory.buffer, address, length),
    integers: (address, length) => new Int32Array(memory.buffer, address, length),
    doubles: (address, length) => new Float64Array(memory.buffer, address, length),
  };
}
