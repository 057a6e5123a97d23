import * as tf from "@tensorflow/tfjs";

import {fork} from "../../../nouns/random";

/**
 * Dropout (Srivastava et al. 2014, inverted: what is kept is divided by 1 − rate) whose mask is derived from
 * (seed, layer name, step). tf.layers.dropout cannot: with `seed` it drops the same units at every step
 * (tfjs-core/src/ops/dropout.ts reseeds on each call), without it nothing repeats. Saved models hold a plain Dropout.
 */
export class SeededDropout extends tf.layers.Layer {
  static readonly className = "SeededDropout";
  readonly rate: number;
  private maskSeed: number | undefined;

  constructor(config: {readonly rate: number; readonly name?: string}) {
    super(config);
    this.rate = config.rate;
  }

  /** Chooses the mask of one training step. */
  seedStep(seed: number, step: number): void {
    this.maskSeed = 1 + Math.floor(fork(seed, "dropout", this.name, step)() * (2 ** 31 - 2));
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: {training?: boolean}): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    if (!kwargs.training) return x.clone();
    if (this.maskSeed === undefined)
      throw new Error(`dropout layer ${this.name}: expected seedStep before training, got none`);
    const maskSeed = this.maskSeed;
    return tf.tidy(() => tf.dropout(x, this.rate, undefined, maskSeed));
  }

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), rate: this.rate};
  }
}
tf.serialization.registerClass(SeededDropout);

/** Gives each dropout layer of a model, also of the models within it, its mask for one step: tfjs' own ones, too. */
export function seedDropout(model: {readonly layers: readonly tf.layers.Layer[]}, seed: number, step: number): void {
  for (const [i, layer] of model.layers.entries()) {
    const {layers} = layer as Partial<tf.LayersModel>;
    if (layer instanceof SeededDropout) layer.seedStep(seed, step);
    else if (layer.getClassName() === "Dropout") {
      // by its place: tfjs counts names up over the whole process
      (layer as {seed?: number}).seed = 1 + Math.floor(fork(seed, "dropout", i, step)() * (2 ** 31 - 2));
    } else if (layers) seedDropout({layers}, seed + i, step);
  }
}
