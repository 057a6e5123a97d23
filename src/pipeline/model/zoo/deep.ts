import * as tf from "@tensorflow/tfjs";

import type {ImageShape} from "../../../nouns/samples";
import {glorotUniform, heNormal} from "./initializers";

/** How many channels each block has; further blocks have as many as the last. */
const CHANNELS = [16, 24, 48, 96] as const;
/** The last block works on images with a side of about this many pixels, or up to twice as many. */
const LAST_SIDE = 8;

/**
 * For colour pictures of 64 x 64 pixels and more: blocks of 3 x 3 convolution, batch normalisation and relu, with a 2 x
 * 2 max pool between them, except after the first; then the maximum of each channel over the whole picture, and one
 * dense layer. It takes the maximum, and not the mean or a weight for each place, because an object may be small and at
 * any place. The first convolution moves in steps of 2 pixels, which takes a quarter of the work and loses nothing
 * measurable. Pictures of 64 pixels get four blocks, pictures of 128 pixels five.
 */
export function deep(imageShape: ImageShape, classes: number, seed: number): tf.Sequential {
  const model = tf.sequential({name: "deep"});
  const halvings = Math.floor(Math.log2(Math.min(imageShape[0], imageShape[1]) / LAST_SIDE));
  const blocks = Math.max(CHANNELS.length, halvings + 1);
  for (let i = 0; i < blocks; i++) {
    const name = `conv${i + 1}`;
    model.add(
      tf.layers.conv2d({
        ...(i === 0 ? {inputShape: [...imageShape], strides: 2} : {}),
        filters: CHANNELS[Math.min(i, CHANNELS.length - 1)],
        kernelSize: 3,
        padding: "same",
        useBias: false,
        kernelInitializer: heNormal(seed, name),
        name,
      }),
    );
    model.add(tf.layers.batchNormalization({momentum: 0.9, name: `norm${i + 1}`}));
    model.add(tf.layers.reLU({name: `relu${i + 1}`}));
    const isBetween = i > 0 && i < blocks - 1;
    if (isBetween) model.add(tf.layers.maxPooling2d({poolSize: 2, padding: "same", name: `pool${i + 1}`}));
  }
  model.add(tf.layers.globalMaxPooling2d({name: "greatest"}));
  model.add(tf.layers.dense({units: classes, kernelInitializer: glorotUniform(seed, "logits"), name: "logits"}));
  model.add(tf.layers.softmax({name: "probabilities"}));
  return model;
}
