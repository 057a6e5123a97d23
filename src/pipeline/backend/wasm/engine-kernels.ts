import * as tf from "@tensorflow/tfjs";

import {type ConvolutionShape, type Convolver, canConvolve, convolver} from "../../../engine/tfjs/convolver";
import {type Attributes, at, before, type Heap} from "./heap";

/**
 * @file Lets tfjs' wasm backend compute convolutions, and both of their gradients, by the fused engine's kernels. This
 * is for models that the engine cannot run as a whole. Convolutions that the kernels do not cover (dilation, large
 * strides, other activations) are computed as before.
 */

/** Registers the kernels with the wasm backend, so that they are tried before the existing ones. */
export function registerEngineKernels(): void {
  before("Conv2D", ({x, filter}, attributes) => {
    const shape = shapeOf(x.shape, filter.shape, attributes, false);
    return shape && ((heap) => forward(heap, shape, x, filter, undefined));
  });
  before("FusedConv2D", ({x, filter, bias, preluActivationWeights}, attributes) => {
    const {activation = "linear"} = attributes;
    if (preluActivationWeights || (activation !== "linear" && activation !== "relu")) return;
    if (bias && bias.shape.reduce((product, n) => product * n, 1) !== filter.shape[3]) return;
    const shape = shapeOf(x.shape, filter.shape, attributes, activation === "relu");
    return shape && ((heap) => forward(heap, shape, x, filter, bias));
  });
  before("Conv2DBackpropInput", ({dy, filter}, attributes) => {
    const {inputShape} = attributes as {inputShape: number[]};
    const shape = shapeOf(inputShape, filter.shape, attributes, false);
    return (
      shape &&
      ((heap) => {
        const out = heap.makeOutput(inputShape, "float32");
        convolverOf(shape).inputGradient(at(heap, dy), at(heap, filter), at(heap, out));
        return out;
      })
    );
  });
  before("Conv2DBackpropFilter", ({x, dy}, attributes) => {
    const {filterShape} = attributes as {filterShape: number[]};
    const shape = shapeOf(x.shape, filterShape, attributes, false);
    return (
      shape &&
      ((heap) => {
        const out = heap.makeOutput(filterShape, "float32");
        convolverOf(shape).filterGradient(at(heap, x), at(heap, dy), at(heap, out));
        return out;
      })
    );
  });
}

function forward(heap: Heap, shape: ConvolutionShape, x: tf.TensorInfo, filter: tf.TensorInfo, bias?: tf.TensorInfo) {
  const [batch] = x.shape;
  const {outHeight, outWidth} = infoOf(x.shape, filter.shape, shape.stride, shape.padding);
  const out = heap.makeOutput([batch, outHeight, outWidth, shape.filters], "float32");
  convolverOf(shape).forward(at(heap, x), at(heap, filter), bias && at(heap, bias), at(heap, out));
  return out;
}

function infoOf(x: number[], filter: number[], stride: readonly [number, number], padding: "same" | "valid") {
  const four = (shape: number[]) => shape as [number, number, number, number];
  return tf.backend_util.computeConv2DInfo(four(x), four(filter), [...stride], 1, padding);
}

function shapeOf(
  x: readonly number[],
  filter: readonly number[],
  {strides, pad, dataFormat = "NHWC", dilations = 1}: Attributes,
  relu: boolean,
): ConvolutionShape | undefined {
  if (dataFormat !== "NHWC" || (pad !== "same" && pad !== "valid")) return;
  if (!pair(dilations).every((rate) => rate === 1)) return;
  const [, height, width, channels] = x;
  const [kernelHeight, kernelWidth, , filters] = filter;
  const kernel = [kernelHeight, kernelWidth] as const;
  const shape = {input: {height, width, channels}, filters, kernel, stride: pair(strides), padding: pad, relu} as const;
  return canConvolve(shape) ? shape : undefined;
}

function pair(value: unknown): [number, number] {
  return Array.isArray(value) ? [value[0], value[1]] : [value as number, value as number];
}

/** A network has a few dozen convolutions; each convolver keeps a few hundred KiB. */
const MOST_KEPT = 64;
const kept = new Map<string, Convolver>();

function convolverOf(shape: ConvolutionShape): Convolver {
  const key = JSON.stringify(shape);
  const made = kept.get(key) ?? convolver(shape);
  kept.delete(key); // the one that was used last is removed last
  kept.set(key, made);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value as string);
  return made;
}
