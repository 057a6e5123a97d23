import * as tf from "@tensorflow/tfjs";

import {dropoutSeed, nameHash} from "../../../engine/layers/dropout";
import {fork} from "../../../nouns/random";
import type {Draws} from "../../../nouns/samples";

/**
 * Dropout (Srivastava et al. 2014, inverted: the numbers that are kept are divided by 1 − rate) with the same mask as
 * in the fused engine: a hash of (seed, layer name, the image's key, unit). tf.layers.dropout cannot be seeded: with
 * `seed` it drops the same units at every step (tfjs-core/src/ops/dropout.ts reseeds on each call); without it, no run
 * can be repeated. Saved models contain a plain Dropout.
 */
export class SeededDropout extends tf.layers.Layer {
  static readonly className = "SeededDropout";
  readonly rate: number;
  private drawn: {readonly seed: number; readonly own: ArrayLike<number>} | undefined;

  constructor(config: {readonly rate: number; readonly name?: string}) {
    super(config);
    this.rate = config.rate;
  }

  /** Chooses the mask of one training step. @param own A key for each image of the batch. */
  seedStep(seed: number, {round, own}: Omit<Draws, "own"> & {readonly own: ArrayLike<number>}): void {
    this.drawn = {seed: dropoutSeed(seed, round), own};
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: {training?: boolean}): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    if (!kwargs.training) return x.clone();
    if (this.drawn === undefined)
      throw new Error(`dropout layer ${this.name}: expected seedStep before training, got none`);
    const mask = maskOf(this.drawn.seed ^ nameHash(this.name), this.drawn.own, x.size / x.shape[0], this.rate);
    return tf.tidy(() => x.mul(tf.tensor(mask, x.shape)));
  }

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), rate: this.rate};
  }
}
tf.serialization.registerClass(SeededDropout);

/** The factor of each unit of each image: 0 or 1 / (1 − rate). src/engine/kernels/dropout.ts draws the same. */
function maskOf(seed: number, own: ArrayLike<number>, units: number, rate: number): Float32Array {
  const mask = new Float32Array(own.length * units);
  const threshold = Math.round(rate * 2 ** 32);
  for (let n = 0, at = 0; n < own.length; n++) {
    const image = mixed((seed + own[n]) | 0);
    for (let unit = 0; unit < units; unit++, at++) {
      if (mixed(image ^ Math.imul(unit, 0x9e3779b9)) >>> 0 >= threshold) mask[at] = 1 / (1 - rate);
    }
  }
  return mask;
}

/** Mixes 32 bits so that each decides about half of all others (Appleby's MurmurHash3 finalizer, public domain). */
function mixed(bits: number): number {
  let h = bits ^ (bits >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * Gives each dropout layer of a model, also in the models within it, its mask for one step; this includes tfjs' own
 * dropout layers.
 */
export function seedDropout(
  model: {readonly layers: readonly tf.layers.Layer[]},
  seed: number,
  step: number,
  draws: {readonly round: number; readonly own: ArrayLike<number>},
): void {
  for (const [i, layer] of model.layers.entries()) {
    const {layers} = layer as Partial<tf.LayersModel>;
    if (layer instanceof SeededDropout) layer.seedStep(seed, draws);
    else if (layer.getClassName() === "Dropout") {
      // by its place, because tfjs counts names up over the whole process
      (layer as {seed?: number}).seed = 1 + Math.floor(fork(seed, "dropout", i, step)() * (2 ** 31 - 2));
    } else if (layers) seedDropout({layers}, seed + i, step, draws);
  }
}
