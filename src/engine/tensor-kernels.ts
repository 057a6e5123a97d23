import {readFileSync} from "node:fs";
import {join} from "node:path";

/** Kernels over float32 arrays: addresses in bytes, counts in elements. What each does stands in kernels/tensors.ts. */
export interface TensorKernels {
  adamStep(
    ...args: [
      ...[p: number, g: number, m: number, v: number, newP: number, newM: number, newV: number, n: number],
      ...[beta1: number, rest1: number, correction1: number, beta2: number, rest2: number, correction2: number],
      ...[epsilon: number, minusRate: number],
    ]
  ): void;
  momentumStep(
    ...args: [
      ...[p: number, g: number, m: number, newP: number, newM: number, n: number],
      ...[decay: number, minusRate: number],
    ]
  ): void;
}

let code: WebAssembly.Module | undefined;
const instances = new WeakMap<WebAssembly.Memory, TensorKernels>();

/** The kernels on a memory that is another program's: nothing is copied, and they keep nothing there. */
export function tensorKernels(memory: WebAssembly.Memory): TensorKernels {
  const known = instances.get(memory);
  if (known) return known;
  // Compiled at once, not in the background: tfjs' kernels cannot wait.
  code ??= new WebAssembly.Module(readFileSync(join(__dirname, "kernels", "tensors.wasm")));
  const abort = () => {
    throw new Error("kernel aborted");
  };
  const made = new WebAssembly.Instance(code, {env: {memory, abort}}).exports as unknown as TensorKernels;
  instances.set(memory, made);
  return made;
}
