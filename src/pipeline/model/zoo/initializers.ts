import * as tf from "@tensorflow/tfjs";

import {seedOf} from "./initial-weights";

/**
 * He's normal initialiser for layers before a relu (He et al. 2015, section 2.2), with a separate seed for each layer.
 */
export function heNormal(seed: number, layer: string) {
  return tf.initializers.heNormal({seed: seedOf(seed, layer)});
}

/** Glorot's uniform initialiser for the last layer (Glorot & Bengio 2010, eq. 16). */
export function glorotUniform(seed: number, layer: string) {
  return tf.initializers.glorotUniform({seed: seedOf(seed, layer)});
}

/** PyTorch's default for kernels: uniform in ±1 / √fanIn (its Kaiming uniform with a = √5). */
export function torchKernel(seed: number, layer: string) {
  return tf.initializers.varianceScaling({
    scale: 1 / 3,
    mode: "fanIn",
    distribution: "uniform",
    seed: seedOf(seed, layer),
  });
}

/** PyTorch's default for biases: uniform in ±1 / √fanIn. */
export function torchBias(seed: number, layer: string, fanIn: number) {
  const limit = 1 / Math.sqrt(fanIn);
  return tf.initializers.randomUniform({minval: -limit, maxval: limit, seed: seedOf(seed, `${layer}/bias`)});
}

/** Normal numbers around 0, with which tables of embeddings start. */
export function normal(seed: number, layer: string, deviation: number) {
  return tf.initializers.randomNormal({mean: 0, stddev: deviation, seed: seedOf(seed, layer)});
}
