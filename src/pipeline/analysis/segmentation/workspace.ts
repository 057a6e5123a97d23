import {BINARY} from "./kernels/binary";

/** What kernels/*.ts export; addresses are byte offsets of a workspace's arrays. */
interface Kernels {
  readonly addPairs: (...args: number[]) => void;
  readonly assign: (...args: number[]) => void;
}

/** The kernels and the memory they work in. */
export interface Workspace {
  readonly kernels: Kernels;
  /** Arrays one after another; they hold what was there before. A kernel is told their `byteOffset`. */
  doubles(length: number): Float64Array;
  integers(length: number): Int32Array;
}

interface Instance {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
}

const PAGE = 65536;
/** Kept from call to call; larger images get a memory of their own, which goes when they are done. */
const KEPT_BYTES = 64 * 2 ** 20;

let compiled: WebAssembly.Module | undefined;
let kept: Instance | undefined;

/**
 * Room for arrays of `bytes` together, which holds until the next one is opened. Compiled at first use: a few KB.
 *
 * @throws RangeError above 4 GiB, which is a photograph of 100 megapixels.
 */
export function openWorkspace(bytes: number): Workspace {
  if (!(bytes <= 2 ** 32 - PAGE)) {
    throw new RangeError(`segmentation: expected to need at most 4 GiB, got ${(bytes / 2 ** 30).toFixed(1)}`);
  }
  const {kernels, memory} = bytes > KEPT_BYTES ? newInstance() : (kept ??= newInstance());
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE) + 1; // one more: arrays start at multiples of 16
  if (missing > 0) memory.grow(missing);
  let top = 0;
  const place = (size: number) => {
    const address = top;
    top = Math.ceil((top + size) / 16) * 16;
    return address;
  };
  return {
    kernels,
    doubles: (length) => new Float64Array(memory.buffer, place(8 * length), length),
    integers: (length) => new Int32Array(memory.buffer, place(4 * length), length),
  };
}

function newInstance(): Instance {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(BINARY), (letter) => letter.charCodeAt(0)));
  const memory = new WebAssembly.Memory({initial: 16, maximum: 65536});
  const abort = () => {
    throw new Error("segmentation kernel aborted");
  };
  const {exports} = new WebAssembly.Instance(compiled, {env: {memory, abort}});
  return {kernels: exports as unknown as Kernels, memory};
}
