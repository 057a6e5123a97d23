import {readFileSync} from "node:fs";
import {join} from "node:path";

/**
 * Kernels over float32 arrays in the memory of another program. Comments in kernels/tensor-*.ts say what each one does;
 * arrays are named by their addresses, in bytes. No kernel keeps anything, and no output may also be an input.
 */
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
  columnSums(x: number, rows: number, width: number, out: number): void;
  addToRows(x: number, b: number, rows: number, width: number, out: number): void;
  squareMaximumGradient(
    ...args: [
      ...[x: number, y: number, dy: number, dx: number],
      ...[batch: number, height: number, width: number, channels: number],
    ]
  ): void;
  transpose(from: number, rows: number, columns: number, to: number): void;
  matrixProduct(
    ...args: [
      ...[a: number, down: number, along: number, b: number, c: number],
      ...[m: number, n: number, depth: number],
    ]
  ): void;
  attention(
    ...args: [
      ...[qkv: number, bias: number, drop: number, p: number, out: number, scratch: number],
      ...AttentionArguments,
    ]
  ): void;
  attentionGradient(
    ...args: [
      ...[qkv: number, drop: number, p: number, dOut: number, dqkv: number, scratch: number],
      ...AttentionArguments,
    ]
  ): void;
  layerNorm(
    ...args: [
      ...[x: number, gain: number, bias: number, y: number, stats: number],
      ...[rows: number, width: number, epsilon: number],
    ]
  ): void;
  layerNormGradient(
    ...args: [
      ...[x: number, gain: number, stats: number, dy: number, dx: number, dGain: number, dBias: number],
      ...[rows: number, width: number],
    ]
  ): void;
  gelu(x: number, y: number, n: number, exact: number): void;
  geluGradient(x: number, dy: number, dx: number, n: number, exact: number): void;
  segmentSum(x: number, ids: number, rows: number, width: number, out: number, segments: number): void;
  depthwiseInputGradient(dy: number, filter: number, dx: number, ...shape: DepthwiseArguments): void;
  depthwiseFilterGradient(x: number, dy: number, dw: number, ...shape: DepthwiseArguments): void;
}

export type AttentionArguments = [images: number, tokens: number, padded: number, heads: number, depth: number];

export type DepthwiseArguments = [
  ...[batch: number, height: number, width: number, channels: number, multiplier: number],
  ...[outHeight: number, outWidth: number, kernelHeight: number, kernelWidth: number],
  ...[strideY: number, strideX: number, top: number, left: number],
];

let code: WebAssembly.Module | undefined;
const instances = new WeakMap<WebAssembly.Memory, TensorKernels>();

/** The kernels on a memory; nothing is copied. */
export function tensorKernels(memory: WebAssembly.Memory): TensorKernels {
  const known = instances.get(memory);
  if (known) return known;
  // Compiled synchronously, because tfjs' kernels cannot wait.
  code ??= new WebAssembly.Module(readFileSync(join(__dirname, "..", "kernels", "tensors.wasm")));
  const abort = () => {
    throw new Error("kernel aborted");
  };
  const made = new WebAssembly.Instance(code, {env: {memory, abort}}).exports as unknown as TensorKernels;
  instances.set(memory, made);
  return made;
}
