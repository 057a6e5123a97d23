import * as tf from "@tensorflow/tfjs";

import type {ImageShape} from "../../../nouns/samples";
import {glorotUniform, heNormal} from "./initializers";
import {SeededDropout} from "./seeded-dropout";

/** Channels of each block. */
const BLOCKS = [16, 32, 64, 64] as const;

/**
 * For colour pictures of 64 x 64 pixels and more: four blocks of 3 x 3 convolution, batch normalisation, relu and 2 x 2 max
 * pool, then one dense layer on what is left of the picture, a quarter of it dropped in training.
 */
export function deep(imageShape: ImageShape, classes: number, seed: number): tf.Sequential {
  const model = tf.sequential({name: "deep"});
  BLOCKS.forEach((filters, i) => {
    const name = `conv${i + 1}`;
    model.add(
      tf.layers.conv2d({
        ...(i === 0 ? {inputShape: [...imageShape]} : {}),
        filters,
        kernelSize: 3,
        padding: "same",
        useBias: false,
        kernelInitializer: heNormal(seed, name),
        name,
      }),
    );
    model.add(tf.layers.batchNormalization({momentum: 0.9, name: `norm${i + 1}`}));
    model.add(tf.layers.reLU({name: `relu${i + 1}`}));
    model.add(tf.layers.maxPooling2d({poolSize: 2, padding: "same", name: `pool${i + 1}`}));
  });
  model.add(tf.layers.flatten({name: "flatten"}));
  model.add(new SeededDropout({rate: 0.25, name: "dropout"}));
  model.add(tf.layers.dense({units: classes, kernelInitializer: glorotUniform(seed, "logits"), name: "logits"}));
  model.add(tf.layers.softmax({name: "probabilities"}));
  return model;
}
