import type * as tf from "@tensorflow/tfjs";

/** A layer's one input: tfjs hands it over by itself or in a list. */
export function onlyInput(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return Array.isArray(inputs) ? inputs[0] : inputs;
}
