import * as tf from "@tensorflow/tfjs";

import type {ImageShape} from "../../../nouns/samples";
import {glorotUniform, heNormal} from "./initializers";
import {SeededDropout} from "./seeded-dropout";

/** A perceptron with one hidden layer of 128 units and a fifth of them dropped in training. */
export function mlp(imageShape: ImageShape, classes: number, seed: number): tf.Sequential {
  return tf.sequential({
    name: "mlp",
    layers: [
      tf.layers.flatten({inputShape: [...imageShape], name: "flatten"}),
      tf.layers.dense({units: 128, activation: "relu", kernelInitializer: heNormal(seed, "hidden"), name: "hidden"}),
      new SeededDropout({rate: 0.2, name: "dropout"}),
      tf.layers.dense({units: classes, kernelInitializer: glorotUniform(seed, "logits"), name: "logits"}),
      tf.layers.softmax({name: "probabilities"}),
    ],
  });
}
