import {BINARY} from "./kernels/binary";

/** A kernel's argument: a number, or an array of the workspace, which is passed as its address. */
type Argument = number | Float64Array | Int32Array;
type Kernel = (...args: Argument[]) => void;

/** The kernels and the memory that they work in. The kernels' sources say what each takes and does. */
export interface Workspace {
  readonly addPairs: Kernel;
  readonly assign: Kernel;
  readonly respond: Kernel;
  /** Allocates an array of doubles; its content is arbitrary. */
  doubles(length: number): Float64Array;
  integers(length: number): Int32Array;
}

interface Instance {
  readonly exports: WebAssembly.Exports;
  readonly memory: WebAssembly.Memory;
}

const PAGE = 65536;
/**
 * Memory up to this size is kept from call to call. A larger image gets a memory of its own, which is freed when the
 * image is done.
 */
const KEPT_BYTES = 64 * 2 ** 20;

let compiled: WebAssembly.Module | undefined;
let kept: Instance | undefined;

/**
 * Gives room for arrays of `bytes` bytes together, which stay valid until the next workspace is opened. The kernels are
 * compiled at first use. They are a few KB and travel as text, so that no file is read, here or in a browser.
 *
 * @throws RangeError above 4 GiB, which a photograph of 100 megapixels does not need.
 */
export function openWorkspace(bytes: number): Workspace {
  if (!(bytes <= 2 ** 32 - PAGE)) {
    throw new RangeError(`segmentation: expected to need at most 4 GiB, got ${(bytes / 2 ** 30).toFixed(1)}`);
  }
  if (bytes <= KEPT_BYTES) kept ??= newInstance();
  const {exports, memory} = bytes <= KEPT_BYTES ? kept! : newInstance();
  // one page more, because arrays begin at multiples of 16
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE) + 1;
  if (missing > 0) memory.grow(missing);
  let top = 0;
  const place = (size: number) => {
    const address = top;
    top = Math.ceil((top + size) / 16) * 16;
    return address;
  };
  const kernel = (name: string): Kernel => {
    const run = exports[name] as (...args: number[]) => void;
    return (...args) => run(...args.map(addressOf));
  };
  return {
    addPairs: kernel("addPairs"),
    assign: kernel("assign"),
    respond: kernel("respond"),
    doubles: (length) => new Float64Array(memory.buffer, place(8 * length), length),
    integers: (length) => new Int32Array(memory.buffer, place(4 * length), length),
  };
}

function addressOf(argument: Argument): number {
  return typeof argument === "number" ? argument : argument.byteOffset;
}

function newInstance(): Instance {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(BINARY), (letter) => letter.charCodeAt(0)));
  const memory = new WebAssembly.Memory({initial: 16, maximum: 65536});
  const abort = () => {
    throw new Error("segmentation kernel aborted");
  };
  return {exports: new WebAssembly.Instance(compiled, {env: {memory, abort}}).exports, memory};
}
