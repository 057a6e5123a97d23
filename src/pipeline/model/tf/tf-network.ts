import {setImmediate as eventLoopTurn} from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import type {NamedArray, Network} from "../../../nouns/network";
import {UserError} from "../../../nouns/options";
import {drawsOf, type ImageShape, type LabelledImages} from "../../../nouns/samples";
import {imageAnswers} from "../image-answers";
import {seedDropout} from "../zoo/seeded-dropout";
import {classifierOf, partsOf} from "./classifier";
import {namedArrays} from "./named-arrays";
import {type OptimizerName, tensorOptimizer} from "./optimizer";

export interface TfNetworkOptions {
  readonly optimizer: OptimizerName;
  /** The seed of the dropout masks. */
  readonly seed: number;
  /** The weight of each class in the loss; absent: all classes count alike. */
  readonly classWeights?: Float32Array | undefined;
}

/**
 * A tf.LayersModel, trained by tfjs on whatever backend is set. The loss is softmax cross-entropy of the logits, not of
 * the probabilities: tfjs clips probabilities at 1e-7, which hides how wrong a sure mistake is.
 */
export function tfNetwork(
  model: tf.LayersModel,
  imageShape: ImageShape,
  classNames: readonly string[],
  {optimizer: optimizerName, seed, classWeights}: TfNetworkOptions,
): Network {
  const {toLogits} = partsOf(model);
  const classifier = classifierOf(model, imageShape, classNames);
  const optimizer = tensorOptimizer(optimizerName);
  const trainable = model.trainableWeights.map((weight) => weight.read() as tf.Variable);

  return {
    ...classifier,
    async trainBatch(batch, learningRate, step) {
      seedDropout(model, seed, step, drawsOf(batch, step));
      const {loss, logits, grads} = tf.tidy(() => {
        const {value, grads, logits} = gradientsOf(toLogits, batch, classNames.length, trainable, classWeights);
        return {
          loss: value as tf.Tensor,
          logits,
          grads: trainable.map((variable) => ({variable, gradient: grads[variable.name]})),
        };
      });
      const [[meanLoss], scores] = await Promise.all([loss.data(), logits.data()]);
      // This is checked before the step, because a step with such gradients would hide where they came from.
      const finite = Number.isFinite(meanLoss);
      if (finite) optimizer.apply(grads, learningRate);
      tf.dispose([loss, logits, ...grads.map(({gradient}) => gradient)]);
      if (!finite) throw await notFinite(model, batch, step, meanLoss);
      await eventLoopTurn(); // tfjs blocks this thread; Ctrl-C and the progress bar get their turn here
      const answers = imageAnswers(scores, batch.labels, classNames.length);
      const correct = answers.predicted.reduce((sum, k, n) => sum + (k === batch.labels[n] ? 1 : 0), 0);
      const lossSum = classWeights ? answers.losses.reduce((sum, loss) => sum + loss, 0) : meanLoss * batch.count;
      return {lossSum, correct, answers};
    },
    async gradients(batch, step) {
      seedDropout(model, seed, step, drawsOf(batch, step));
      const tensors = tf.tidy(() => {
        const {grads, logits} = gradientsOf(toLogits, batch, classNames.length, trainable, classWeights);
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
    getOptimizerState: () => optimizer.getState(),
    setOptimizerState: (state) => optimizer.setState(state),
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

function gradientsOf(
  toLogits: tf.LayersModel,
  batch: LabelledImages,
  classes: number,
  trainable: tf.Variable[],
  classWeights?: Float32Array,
) {
  const x = tf.tensor(batch.pixels, [batch.count, ...batch.shape]);
  const labels = tf.tensor1d(Int32Array.from(batch.labels), "int32");
  const target = tf.oneHot(labels, classes).toFloat();
  let logits: tf.Tensor | undefined;
  const {value, grads} = tf.variableGrads(() => {
    logits = tf.keep(toLogits.apply(x, {training: true}) as tf.Tensor); // variableGrads would dispose of it
    if (!classWeights) return tf.losses.softmaxCrossEntropy(target, logits) as tf.Scalar;
    const weights = Float32Array.from(batch.labels, (label) => classWeights[label]);
    // summed and divided by the images, as without weights: tfjs' "mean" would divide by the batch's own weights
    const sum = tf.losses.softmaxCrossEntropy(target, logits, tf.tensor1d(weights), 0, tf.Reduction.SUM);
    return sum.div(batch.count) as tf.Scalar;
  }, trainable);
  return {value, grads, logits: logits as tf.Tensor};
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
