/** @file tfjs' cpu backend as the engine's oracle. */
import * as tf from "@tensorflow/tfjs";

import {fork} from "../../src/nouns/random";
import type {LabelledImages} from "../../src/nouns/samples";

/** Uniform pixels and classes. */
export function randomBatch(
  seed: number,
  count: number,
  shape: readonly [number, number, number],
  classes: number,
): LabelledImages {
  const random = fork(seed, "batch");
  const pixels = Float32Array.from({length: count * shape[0] * shape[1] * shape[2]}, random);
  return {count, shape, pixels, labels: Uint16Array.from({length: count}, () => Math.floor(random() * classes))};
}

/** Weights drawn anew, biases too: zeros would hide mistakes. */
export function randomizeWeights(model: tf.LayersModel, seed: number): void {
  const random = fork(seed, "weights");
  const drawn = model.getWeights().map(({shape, size}) => {
    const fanIn = shape.length === 1 ? 16 : size / (shape.at(-1) as number);
    return tf.tensor(
      Float32Array.from({length: size}, () => (2 * random() - 1) * Math.sqrt(3 / fanIn)),
      shape,
    );
  });
  model.setWeights(drawn);
  tf.dispose(drawn);
}

/** The model without its softmax. */
function upToLogits(model: tf.LayersModel): tf.LayersModel {
  return tf.model({inputs: model.inputs, outputs: model.layers[model.layers.length - 2].output as tf.SymbolicTensor});
}

/** Mean loss, and its gradient for each trainable weight, in the model's order. */
export function lossAndGradients(model: tf.LayersModel, batch: LabelledImages, classes: number) {
  const toLogits = upToLogits(model);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  return tf.tidy(() => {
    const x = tf.tensor(batch.pixels, [batch.count, ...batch.shape]);
    const target = tf.oneHot(tf.tensor1d(Int32Array.from(batch.labels), "int32"), classes).toFloat();
    const {value, grads} = tf.variableGrads(
      () => tf.losses.softmaxCrossEntropy(target, toLogits.apply(x, {training: true}) as tf.Tensor) as tf.Scalar,
      variables,
    );
    return {loss: value.dataSync()[0], gradients: variables.map(({name}) => grads[name].dataSync() as Float32Array)};
  });
}

/** Logits, and the gradient of their sum (or of the labels' own) with respect to the pixels. */
export function logitsAndInputGradient(model: tf.LayersModel, batch: LabelledImages, classes: number, all: boolean) {
  const toLogits = upToLogits(model);
  return tf.tidy(() => {
    const x = tf.tensor(batch.pixels, [batch.count, ...batch.shape]);
    const chosen = tf.oneHot(tf.tensor1d(Int32Array.from(batch.labels), "int32"), classes).toFloat();
    const logits = (p: tf.Tensor) => toLogits.apply(p, {training: false}) as tf.Tensor;
    const gradient = tf.grad((p: tf.Tensor) => (all ? logits(p).sum() : logits(p).mul(chosen).sum()))(x);
    return {logits: logits(x).dataSync() as Float32Array, gradient: gradient.dataSync() as Float32Array};
  });
}

/** The greatest difference, in units of the greatest expected number: what rounding in long sums can be held to. */
export function worst(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [difference, scale] = [0, 1e-30];
  for (let i = 0; i < expected.length; i++) {
    const apart = Math.abs(actual[i] - expected[i]);
    if (!(apart <= difference)) difference = apart; // NaN too
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return difference / scale;
}
