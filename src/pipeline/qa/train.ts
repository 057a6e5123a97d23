import {setImmediate as eventLoopTurn} from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";

import type {NamedArray} from "../../nouns/network";
import {UserError} from "../../nouns/options";
import {fork, shuffled} from "../../nouns/random";
import type {Window} from "../data/text/windows";
import {tensorOptimizer} from "../model/tf/optimizer";
import {bertLogits, bertLoss} from "../model/tf/transformer/bert";
import {batchOf} from "./answering";
import type {Reader} from "./reader";

export interface ReaderTraining {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly warmUp: number;
  readonly weightDecay: number;
  readonly clip: number;
  readonly dropout: number;
  readonly seed: number;
}

export interface ReaderStep {
  /** How many steps were made. */
  readonly step: number;
  readonly steps: number;
  /** The mean loss of the step's windows before the step, in nats. */
  readonly loss: number;
}

/** A state from which training can continue: weights and the optimizer's moments after a step. */
export interface ReaderState {
  readonly step: number;
  readonly arrays: readonly NamedArray[];
}

export interface ReaderTrainer {
  readonly steps: number;
  /** Makes the next step. */
  next(): Promise<ReaderStep>;
  state(): Promise<ReaderState>;
  dispose(): void;
}

/** How many steps a whole training has. */
export function stepsOf(
  {length}: readonly Window[],
  {epochs, batchSize}: Pick<ReaderTraining, "epochs" | "batchSize">,
): number {
  return epochs * Math.ceil(length / batchSize);
}

/**
 * Says which weights decay: kernels and tables, but not biases and the weights of normalisations (as in BERT's own
 * training).
 */
const decays = (name: string) => !name.endsWith("bias") && !name.includes("LayerNorm");

/**
 * Trains a reader by AdamW (Loshchilov & Hutter 2019): the learning rate rises over the first steps and then falls
 * linearly to 0, long gradients are shortened, and weights decay. All random numbers are derived from the seed and the
 * step, so that training that continues from a state ends with the same bits.
 */
export function readerTrainer(
  reader: Reader,
  windows: readonly Window[],
  {epochs, batchSize, learningRate, warmUp, weightDecay, clip, dropout, seed}: ReaderTraining,
  from?: ReaderState,
): ReaderTrainer {
  const optimizer = tensorOptimizer("adam");
  const names = [...reader.weights.keys()];
  const variables = names.map((name) => reader.weights.get(name) as tf.Variable);
  const perEpoch = Math.ceil(windows.length / batchSize);
  const steps = stepsOf(windows, {epochs, batchSize});
  let step = 0;
  let order: Uint32Array = new Uint32Array(0);

  const rateAt = (n: number) => {
    const rising = warmUp * steps;
    return learningRate * (n < rising ? (n + 1) / rising : (steps - n) / (steps - rising));
  };
  const begin = from && restore(from);

  async function restore({step: made, arrays}: ReaderState): Promise<void> {
    const expected = 3 * names.length;
    if (arrays.length !== expected)
      throw new UserError(`checkpoint: expected ${expected} arrays, got ${arrays.length}`);
    tf.tidy(() => {
      for (const [i, variable] of variables.entries()) variable.assign(tf.tensor(arrays[i].values, variable.shape));
    });
    await optimizer.setState({steps: made, slots: arrays.slice(names.length)});
    step = made;
  }

  return {
    steps,
    async next() {
      await begin;
      const epoch = Math.floor(step / perEpoch);
      if (step % perEpoch === 0 || order.length === 0)
        order = shuffled(windows.length, fork(seed, "reader order", epoch));
      const at = (step % perEpoch) * batchSize;
      const some = Array.from(order.subarray(at, at + batchSize), (n) => windows[n]);
      const batch = batchOf(some);
      const [starts, ends] = [Int32Array.from(some, ({start}) => start), Int32Array.from(some, ({end}) => end)];
      const drop = (x: tf.Tensor, where: string) => {
        const random = fork(seed, "reader dropout", where, step);
        return tf.dropout(x, dropout, undefined, 1 + Math.floor(random() * (2 ** 31 - 2)));
      };
      const hooks = dropout > 0 ? {dropout: drop} : {};
      const made = tf.tidy(() => {
        const {value, grads} = tf.variableGrads(
          () => bertLoss(bertLogits(reader.config, reader.weights, batch, hooks), starts, ends),
          variables,
        );
        const own = variables.map(({name}) => grads[name]);
        const length = tf.addN(own.map((gradient) => gradient.square().sum())).sqrt();
        const factor = clip > 0 ? tf.minimum(tf.div(clip, length.add(1e-6)), 1) : tf.scalar(1);
        return {loss: value, gradients: own.map((gradient) => gradient.mul(factor))};
      });
      const loss = (await made.loss.data())[0];
      if (!Number.isFinite(loss)) {
        throw new UserError(
          `loss at step ${step + 1}: expected a finite number, got ${loss}; try a smaller --learning-rate`,
        );
      }
      const rate = rateAt(step);
      tf.tidy(() => {
        for (const [i, name] of names.entries()) {
          if (weightDecay > 0 && decays(name)) variables[i].assign(variables[i].mul(1 - rate * weightDecay));
        }
      });
      optimizer.apply(
        variables.map((variable, i) => ({variable, gradient: made.gradients[i]})),
        rate,
      );
      tf.dispose([made.loss, ...made.gradients]);
      step++;
      await eventLoopTurn(); // tfjs blocks: Ctrl-C gets its turn here
      return {step, steps, loss};
    },
    async state() {
      const weights = await Promise.all(
        variables.map(async (variable, i) => ({
          name: names[i],
          shape: variable.shape,
          values: Float32Array.from(await variable.data()),
        })),
      );
      const {slots} = await optimizer.getState();
      const named = slots.map(({shape, values}, i) => {
        const slot = i < names.length ? "m" : "v";
        return {name: `${names[i % names.length]}/${slot}`, shape, values};
      });
      return {step, arrays: [...weights, ...named]};
    },
    dispose: () => optimizer.dispose(),
  };
}
