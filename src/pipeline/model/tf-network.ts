import {setImmediate as eventLoopTurn} from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";

import {oneOf, UserError} from "../options";
import type {DifferentiableClassifier, ImageShape, LabelledImages, NamedArray, Network} from "../types";
import {classifierOf, partsOf} from "./classifier";
import {seedDropout} from "./seeded-dropout";

/** Every optimizer there is, by the name `--optimizer` takes. tfjs' own settings: Adam's epsilon is 1e-7. */
export const optimizers = {
  adam: () => tf.train.adam(1e-3),
  sgd: () => tf.train.momentum(1e-2, 0.9),
  rmsprop: () => tf.train.rmsprop(1e-3),
} satisfies Record<string, () => tf.Optimizer>;
export type OptimizerName = keyof typeof optimizers;
export const optimizerNamed = oneOf(...(Object.keys(optimizers) as OptimizerName[]));

/**
 * A tf.LayersModel, trained by tfjs on whatever backend is set. The loss is softmax cross-entropy of the logits, not
 * of the probabilities: tfjs clips those at 1e-7, which hides how wrong a sure mistake is.
 *
 * @param seed Of the dropout masks.
 */
export function tfNetwork(
  model: tf.LayersModel,
  imageShape: ImageShape,
  classNames: readonly string[],
  {optimizer: optimizerName, seed}: {readonly optimizer: OptimizerName; readonly seed: number},
): Network {
  const {toLogits} = partsOf(model);
  const classifier: DifferentiableClassifier = classifierOf(model, imageShape, classNames);
  const optimizer = optimizers[optimizerName]();
  const trainable = model.trainableWeights.map((weight) => weight.read() as tf.Variable);

  return {
    ...classifier,
    async trainBatch(batch, learningRate, step) {
      seedDropout(model, seed, step);
      // Protected in tfjs' types, read at every update.
      (optimizer as unknown as {learningRate: number}).learningRate = learningRate;
      const {loss, right, grads} = tf.tidy(() => {
        const {value, grads, logits, labels} = gradientsOf(toLogits, batch, classNames.length, trainable);
        const right = logits.argMax(1).equal(labels).sum();
        logits.dispose();
        return {
          loss: value as tf.Tensor,
          right,
          grads: Object.entries(grads).map(([name, tensor]) => ({name, tensor})),
        };
      });
      const [[meanLoss], [correct]] = await Promise.all([loss.data(), right.data()]);
      // Looked at before the step: a step with such gradients would hide where they came from.
      const finite = Number.isFinite(meanLoss);
      if (finite) tf.tidy(() => optimizer.applyGradients(grads));
      tf.dispose([loss, right, ...grads.map(({tensor}) => tensor)]);
      if (!finite) throw await notFinite(model, batch, step, meanLoss);
      await eventLoopTurn(); // tfjs blocks: Ctrl-C and the progress bar get their turn here
      return {lossSum: meanLoss * batch.count, correct};
    },
    async gradients(batch, step) {
      seedDropout(model, seed, step);
      const tensors = tf.tidy(() => {
        const {grads, logits} = gradientsOf(toLogits, batch, classNames.length, trainable);
        logits.dispose();
        return trainable.map((variable) => grads[variable.name]);
      });
      const names = model.trainableWeights.map(({originalName}) => originalName);
      const arrays = await namedArrays(tensors.map((tensor, i) => ({name: names[i], tensor})));
      tf.dispose(tensors);
      return arrays;
    },
    async getWeights() {
      return namedArrays(model.weights.map((weight) => ({name: weight.originalName, tensor: weight.read()})));
    },
    async setWeights(weights) {
      checkWeights(model, weights);
      tf.tidy(() => model.setWeights(weights.map(({values, shape}) => tf.tensor(values, [...shape]))));
    },
    async getOptimizerState() {
      const [iterations, ...slots] = await optimizer.getWeights();
      const steps = (await iterations.tensor.data())[0];
      return {steps, slots: await namedArrays(slots)};
    },
    async setOptimizerState({steps, slots}) {
      const iterations = {name: "iter", tensor: tf.scalar(steps, "int32")};
      const moments = slots.map(({name, shape, values}) => ({name, tensor: tf.tensor(values, [...shape])}));
      await optimizer.setWeights([iterations, ...moments]);
      tf.dispose(moments.map(({tensor}) => tensor));
      if (optimizer instanceof tf.AdamOptimizer) restoreBetas(optimizer, steps);
    },
    async dispose() {
      optimizer.dispose();
    },
  };
}

/** @throws UserError if the arrays are not the model's, name by name and shape by shape. */
export function checkWeights(model: tf.LayersModel, weights: readonly NamedArray[]): void {
  if (weights.length !== model.weights.length) {
    throw new UserError(`weights: expected ${model.weights.length} arrays, got ${weights.length}`);
  }
  model.weights.forEach(({originalName, shape}, i) => {
    if (`${weights[i].shape}` !== `${shape}`) {
      throw new UserError(`weights of ${originalName}: expected shape [${shape}], got [${weights[i].shape}]`);
    }
  });
}

/**
 * Adam's powers of beta as `steps` single-precision products left them. tfjs' own setWeights takes a power instead, which
 * rounds otherwise: a resumed run would then not be the unbroken one.
 */
function restoreBetas(optimizer: tf.AdamOptimizer, steps: number): void {
  const inner = optimizer as unknown as {[name in "beta1" | "beta2"]: number} & {
    [name in "accBeta1" | "accBeta2"]: tf.Variable;
  };
  for (const [power, beta] of [
    [inner.accBeta1, inner.beta1],
    [inner.accBeta2, inner.beta2],
  ] as const) {
    let product = Math.fround(beta);
    for (let i = 0; i < steps; i++) product = Math.fround(product * Math.fround(beta));
    tf.tidy(() => power.assign(tf.scalar(product)));
  }
}

function gradientsOf(toLogits: tf.LayersModel, batch: LabelledImages, classes: number, trainable: tf.Variable[]) {
  const x = tf.tensor(batch.pixels, [batch.count, ...batch.shape]);
  const labels = tf.tensor1d(Int32Array.from(batch.labels), "int32");
  const target = tf.oneHot(labels, classes).toFloat();
  let logits: tf.Tensor | undefined;
  const {value, grads} = tf.variableGrads(() => {
    logits = tf.keep(toLogits.apply(x, {training: true}) as tf.Tensor); // variableGrads would dispose it
    return tf.losses.softmaxCrossEntropy(target, logits) as tf.Scalar;
  }, trainable);
  return {value, grads, labels, logits: logits as tf.Tensor};
}

async function namedArrays(tensors: readonly {name: string; tensor: tf.Tensor}[]): Promise<NamedArray[]> {
  return Promise.all(
    tensors.map(async ({name, tensor}) => ({
      name,
      shape: tensor.shape,
      values: Float32Array.from(await tensor.data()),
    })),
  );
}

/** Names the first layer whose output is not finite. */
async function notFinite(model: tf.LayersModel, batch: LabelledImages, step: number, loss: number): Promise<Error> {
  const {to} = partsOf(model);
  let at = "the loss itself";
  for (const {name} of model.layers) {
    const finite = tf.tidy(() => {
      const x = tf.tensor(batch.pixels, [batch.count, ...batch.shape]);
      return (to(name).apply(x, {training: false}) as tf.Tensor).isFinite().all();
    });
    const [holds] = await finite.data();
    finite.dispose();
    if (!holds) {
      at = `layer ${name}`;
      break;
    }
  }
  return new UserError(
    `loss at step ${step}: expected a finite number, got ${loss} (first in ${at}); try a smaller --learning-rate`,
  );
}
