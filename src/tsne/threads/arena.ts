import {DATA_START, type Team} from "./team";

/** Hands out places in a team's memory, one after another; the memory grows as needed. */
export interface Arena {
  /**
   * @returns The address, in bytes, of `bytes` bytes; at a multiple of 128. Zero at first use, not cleared at reuse.
   */
  allocate(bytes: number): number;
  /** Where the next place would be: give it to `release` to free all that were handed out since. */
  mark(): number;
  release(mark: number): void;
  /** Copies bytes to a place before theirs; the two may overlap. */
  move(from: number, to: number, bytes: number): void;
  /** Views hold until the next `allocate`: a memory that grows leaves them behind. */
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
      top += Math.ceil((bytes + 64) / 128) * 128; // vectors may read past an array's end
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
