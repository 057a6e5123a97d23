import * as tf from "@tensorflow/tfjs";

import type {DepthwiseArguments} from "../../../engine/tfjs/tensor-kernels";
import {type Attributes, add, addressOf, kernelsOn} from "./heap";

/**
 * @file The gradients of depthwise convolutions, which the wasm backend of tfjs 4.22 lacks: without them, no network
 * that has such a convolution can be trained. Dilated ones are left out, because tfjs refuses their gradient on every
 * backend.
 */

/** Registers the kernels with the wasm backend. */
export function registerDepthwiseKernels(): void {
  add("DepthwiseConv2dNativeBackpropInput", ({dy, filter}, attributes, heap) => {
    const {inputShape} = attributes as {inputShape: Shape};
    const dx = heap.makeOutput(inputShape, "float32");
    const [gradient, w, out] = [dy, filter, dx].map((tensor) => addressOf(heap, tensor));
    kernelsOn(heap).depthwiseInputGradient(gradient, w, out, ...argumentsOf(inputShape, filter.shape, attributes));
    return dx;
  });
  add("DepthwiseConv2dNativeBackpropFilter", ({x, dy}, attributes, heap) => {
    const {filterShape} = attributes as {filterShape: Shape};
    const dw = heap.makeOutput(filterShape, "float32");
    const [images, gradient, out] = [x, dy, dw].map((tensor) => addressOf(heap, tensor));
    kernelsOn(heap).depthwiseFilterGradient(images, gradient, out, ...argumentsOf(x.shape, filterShape, attributes));
    return dw;
  });
}

type Shape = [number, number, number, number];

function argumentsOf(x: readonly number[], filter: readonly number[], attributes: Attributes): DepthwiseArguments {
  const {strides, pad, dimRoundingMode} = attributes as {
    strides: number | [number, number];
    pad: "valid" | "same" | number;
    dimRoundingMode?: "floor" | "round" | "ceil";
  };
  const info = tf.backend_util.computeConv2DInfo(x as Shape, filter as Shape, strides, 1, pad, dimRoundingMode, true);
  const {batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo} = info;
  return [
    ...([batchSize, inHeight, inWidth, inChannels, outChannels / inChannels] as const),
    ...([outHeight, outWidth, info.filterHeight, info.filterWidth] as const),
    ...([info.strideHeight, info.strideWidth, padInfo.top, padInfo.left] as const),
  ];
}
