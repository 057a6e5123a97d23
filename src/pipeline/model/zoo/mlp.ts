import * as tf from "@tensorflow/tfjs";

import {type OptionTable, wholeBetween} from "../../../nouns/options";
import type {ImageShape} from "../../../nouns/samples";
import {glorotUniform, heNormal} from "./initializers";
import {SeededDropout} from "./seeded-dropout";

export interface MlpOptions {
  /** How many units each hidden layer has. */
  readonly "mlp.width": number;
  /** How many hidden layers there are. */
  readonly "mlp.depth": number;
}

export const mlpOptions: OptionTable<MlpOptions> = {
  "mlp.width": {
    default: 128,
    help: "for --model mlp: how many units each hidden layer has",
    check: wholeBetween(1, 8192),
  },
  "mlp.depth": {default: 1, help: "for --model mlp: how many hidden layers", check: wholeBetween(1, 32)},
};

const DEFAULTS: MlpOptions = {
  "mlp.width": mlpOptions["mlp.width"].default,
  "mlp.depth": mlpOptions["mlp.depth"].default,
};

/**
 * A multilayer perceptron: hidden layers of relu units, a fifth of which are dropped in training. By default there is
 * one layer of 128 units.
 */
export function mlp(
  imageShape: ImageShape,
  classes: number,
  seed: number,
  {"mlp.width": units, "mlp.depth": depth}: MlpOptions = DEFAULTS,
): tf.Sequential {
  const hidden = Array.from({length: depth}, (_, n) => {
    const after = n === 0 ? "" : `${n + 1}`;
    const name = `hidden${after}`;
    return [
      tf.layers.dense({units, activation: "relu", kernelInitializer: heNormal(seed, name), name}),
      new SeededDropout({rate: 0.2, name: `dropout${after}`}),
    ];
  });
  return tf.sequential({
    name: "mlp",
    layers: [
      tf.layers.flatten({inputShape: [...imageShape], name: "flatten"}),
      ...hidden.flat(),
      tf.layers.dense({units: classes, kernelInitializer: glorotUniform(seed, "logits"), name: "logits"}),
      tf.layers.softmax({name: "probabilities"}),
    ],
  });
}
