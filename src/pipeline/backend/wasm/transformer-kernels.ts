import * as tf from "@tensorflow/tfjs";

import {add, addressOf, type Heap, kernelsOn} from "./heap";

/**
 * @file The kernels of a transformer that tfjs' wasm backend lacks, or composes of many passes: attention of all heads
 * at once, layer normalisation and GELU, each with its gradient, under their own names, by which
 * model/tf/transformer/operations.ts calls them; and UnsortedSegmentSum, the gradient of tf.gather, without which no
 * embedding can be trained.
 */

/** Registers the kernels with the wasm backend. */
export function registerTransformerKernels(): void {
  add("_Attention", ({qkv, bias, drop}, {heads}, heap) => {
    const {images, tokens, padded, width, sizes} = attentionSizes(qkv.shape, heads as number);
    const out = heap.makeOutput([images, tokens, width], "float32");
    const p = heap.makeOutput([images, heads as number, tokens, padded], "float32");
    withScratch(heap, padded * (sizes[4] + 1), (scratch) => {
      const [x, keys, factors, to, weights] = addresses(heap, [qkv, bias, drop, out, p]);
      kernelsOn(heap).attention(x, keys, factors, weights, to, scratch, ...sizes);
    });
    return [out, p];
  });
  add("_AttentionGradient", ({qkv, drop, p, dy}, {heads}, heap) => {
    const {padded, sizes} = attentionSizes(qkv.shape, heads as number);
    const dqkv = heap.makeOutput(qkv.shape, "float32");
    withScratch(heap, padded * (sizes[4] + 2), (scratch) => {
      const [x, factors, weights, gradient, to] = addresses(heap, [qkv, drop, p, dy, dqkv]);
      kernelsOn(heap).attentionGradient(x, factors, weights, gradient, to, scratch, ...sizes);
    });
    return dqkv;
  });
  add("_LayerNorm", ({x, gain, bias}, {epsilon}, heap) => {
    const [width] = gain.shape;
    const rows = tf.util.sizeFromShape(x.shape) / width;
    const y = heap.makeOutput(x.shape, "float32");
    const stats = heap.makeOutput([rows, 2], "float32");
    const [from, factors, terms, to, kept] = addresses(heap, [x, gain, bias, y, stats]);
    kernelsOn(heap).layerNorm(from, factors, terms, to, kept, rows, width, epsilon as number);
    return [y, stats];
  });
  add("_LayerNormGradient", ({x, gain, stats, dy}, _, heap) => {
    const [width] = gain.shape;
    const rows = tf.util.sizeFromShape(x.shape) / width;
    const made = [x.shape, [width], [width]].map((shape) => heap.makeOutput(shape, "float32"));
    const [from, factors, kept, gradient, dx, dGain, dBias] = addresses(heap, [x, gain, stats, dy, ...made]);
    kernelsOn(heap).layerNormGradient(from, factors, kept, gradient, dx, dGain, dBias, rows, width);
    return made;
  });
  add("_Gelu", ({x}, {exact}, heap) => {
    const y = heap.makeOutput(x.shape, "float32");
    const [from, to] = addresses(heap, [x, y]);
    kernelsOn(heap).gelu(from, to, tf.util.sizeFromShape(x.shape), Number(exact));
    return y;
  });
  add("_GeluGradient", ({x, dy}, {exact}, heap) => {
    const dx = heap.makeOutput(x.shape, "float32");
    const [from, gradient, to] = addresses(heap, [x, dy, dx]);
    kernelsOn(heap).geluGradient(from, gradient, to, tf.util.sizeFromShape(x.shape), Number(exact));
    return dx;
  });
  add("UnsortedSegmentSum", ({x, segmentIds}, {numSegments}, heap) => {
    const segments = numSegments as number;
    const rows = tf.util.sizeFromShape(segmentIds.shape);
    const rest = x.shape.slice(segmentIds.shape.length);
    const out = heap.makeOutput([segments, ...rest], "float32");
    const [from, ids, to] = addresses(heap, [x, segmentIds, out]);
    kernelsOn(heap).segmentSum(from, ids, rows, tf.util.sizeFromShape(rest), to, segments);
    return out;
  });
}

/** @param qkv [images, tokens, 3 · width], the width a multiple of the heads. */
function attentionSizes([images, tokens, wide]: readonly number[], heads: number) {
  const width = wide / 3;
  const depth = width / heads;
  if (!Number.isInteger(depth))
    throw new Error(`attention: expected 3 · ${heads} heads · a depth, got ${wide} numbers`);
  const padded = (tokens + 3) & ~3;
  const sizes: [number, number, number, number, number] = [images, tokens, padded, heads, depth];
  return {images, tokens, padded, width, sizes};
}

/**
 * The addresses of tensors' numbers; 0 for a tensor that is absent. It must be called when all tensors are made,
 * because the memory may grow while one is made.
 */
function addresses(heap: Heap, tensors: readonly (tf.TensorInfo | undefined)[]): number[] {
  return tensors.map((tensor) => (tensor ? addressOf(heap, tensor) : 0));
}

function withScratch(heap: Heap, count: number, use: (address: number) => void): void {
  const scratch = heap.makeOutput([count], "float32");
  use(addressOf(heap, scratch));
  heap.disposeData(scratch.dataId);
}
