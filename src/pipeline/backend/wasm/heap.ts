import * as tf from "@tensorflow/tfjs";

import {type TensorKernels, tensorKernels} from "../../../engine/tfjs/tensor-kernels";

export type Inputs = {readonly [name: string]: tf.TensorInfo};
export type Attributes = {readonly [name: string]: unknown};

/** The part of the wasm backend that is used here: its tensors in its memory. */
export interface Heap {
  makeOutput(shape: readonly number[], dtype: "float32"): tf.TensorInfo;
  /** Valid until the backend's memory grows, which may happen when an output is made. */
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
  /** Says that one more tensor has these numbers. */
  incRef(id: tf.TensorInfo["dataId"]): void;
  disposeData(id: tf.TensorInfo["dataId"]): boolean;
}

/** A tensor's numbers, in place. */
export function at(heap: Heap, tensor: tf.TensorInfo): Float32Array {
  return heap.typedArrayFromHeap(tensor);
}

/**
 * The engine's kernels on the backend's memory.
 *
 * @throws Error if the backend does not show its memory: tfjs-backend-wasm 4.22 keeps its module's exports at `wasm.asm`.
 */
export function kernelsOn(heap: Heap): TensorKernels {
  const memory = (heap as unknown as {wasm?: {asm?: {memory?: unknown}}}).wasm?.asm?.memory;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error(`tfjs-backend-wasm: expected its memory, got ${memory}`);
  return tensorKernels(memory);
}

/** The address of a tensor's numbers in the backend's memory. */
export function addressOf(heap: Heap, tensor: tf.TensorInfo): number {
  return at(heap, tensor).byteOffset;
}

/** Registers a kernel that the wasm backend lacks. */
export function add(
  kernelName: string,
  compute: (inputs: Inputs, attributes: Attributes, heap: Heap) => tf.TensorInfo | tf.TensorInfo[],
): void {
  if (tf.getKernel(kernelName, "wasm")) return;
  const kernelFunc: tf.KernelFunc = ({inputs, attrs, backend}) =>
    compute(inputs as Inputs, (attrs ?? {}) as Attributes, backend as Heap);
  tf.registerKernel({kernelName, backendName: "wasm", kernelFunc});
}

/**
 * The kernels that were put before others. With this list, starting the backend twice does not put a kernel before
 * itself.
 */
const registered = new WeakSet<tf.KernelFunc>();

/** Puts a kernel before the wasm backend's own one, which still does the cases that `choose` does not take. */
export function before(
  kernelName: string,
  choose: (inputs: Inputs, attributes: Attributes) => ((heap: Heap) => tf.TensorInfo) | undefined,
): void {
  const other = tf.getKernel(kernelName, "wasm");
  if (!other) throw new Error(`kernel ${kernelName}: expected one on the wasm backend, got none`);
  if (registered.has(other.kernelFunc)) return;
  const kernelFunc: tf.KernelFunc = (call) => {
    const chosen = choose(call.inputs as Inputs, (call.attrs ?? {}) as Attributes);
    return chosen ? chosen(call.backend as Heap) : other.kernelFunc(call);
  };
  registered.add(kernelFunc);
  tf.unregisterKernel(kernelName, "wasm");
  tf.registerKernel({...other, kernelFunc});
}
