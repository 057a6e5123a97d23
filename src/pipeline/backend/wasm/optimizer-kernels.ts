import * as tf from "@tensorflow/tfjs";

import {add, addressOf, type Heap, kernelsOn} from "./heap";

/**
 * @file One kernel for the whole update of a weight. tfjs uses about fifteen kernels for this, so there is no single
 * kernel to replace: these kernels have names of their own, and model/tf/fused-optimizer.ts calls them.
 */

/** Registers the kernels with the wasm backend. */
export function registerOptimizerKernels(): void {
  add("_FusedAdam", ({value, gradient, m, v}, attributes, heap) => {
    const {beta1, correction1, beta2, correction2, epsilon, rate} = attributes as Record<string, number>;
    const [newValue, newM, newV] = outputsLike(heap, [value, m, v]);
    // Addresses are taken only now: making outputs may have replaced the views, though it never moves the numbers.
    const [p, g, m0, v0, p1, m1, v1] = [value, gradient, m, v, newValue, newM, newV].map((t) => addressOf(heap, t));
    const betas = [beta1, 1 - beta1, correction1, beta2, 1 - beta2, correction2] as const;
    kernelsOn(heap).adamStep(p, g, m0, v0, p1, m1, v1, sizeOf(value), ...betas, epsilon, -rate);
    return [newValue, newM, newV];
  });
  add("_FusedMomentum", ({value, gradient, momentum}, attributes, heap) => {
    const {decay, rate} = attributes as Record<string, number>;
    const [newValue, newM] = outputsLike(heap, [value, momentum]);
    const [p, g, m0, p1, m1] = [value, gradient, momentum, newValue, newM].map((t) => addressOf(heap, t));
    kernelsOn(heap).momentumStep(p, g, m0, p1, m1, sizeOf(value), decay, -rate);
    return [newValue, newM];
  });
}

function outputsLike(heap: Heap, tensors: readonly tf.TensorInfo[]): tf.TensorInfo[] {
  return tensors.map(({shape}) => heap.makeOutput(shape, "float32"));
}

function sizeOf({shape}: tf.TensorInfo): number {
  return tf.util.sizeFromShape(shape);
}
