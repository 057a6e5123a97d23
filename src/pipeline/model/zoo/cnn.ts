import * as tf from "@tensorflow/tfjs";

import {UserError} from "../../../nouns/options";
import type {ImageShape} from "../../../nouns/samples";
import {glorotUniform, heNormal} from "./initializers";

/** How many filters the first block has; the second has twice as many. */
export const CNN_WIDTH = 16;

/**
 * The default: two blocks of 3 x 3 convolution, relu and 2 x 2 max pool, then one dense layer. 28 x 28 x 1 gives 5 x 5
 * x 32 features and 12,810 weights. `plain-cnn.ts` has the same network for places without tfjs.
 *
 * @param width How many filters the first block has.
 */
export function cnn(imageShape: ImageShape, classes: number, seed: number, width: number = CNN_WIDTH): tf.Sequential {
  const [height, across] = imageShape;
  if (!(height >= 10 && across >= 10)) {
    throw new UserError(`--model cnn: expected images of 10 x 10 pixels or more, got ${height} x ${across}`);
  }
  const model = tf.sequential({name: "cnn"});
  [width, 2 * width].forEach((filters, i) => {
    const name = `conv${i + 1}`;
    model.add(
      tf.layers.conv2d({
        ...(i === 0 ? {inputShape: [...imageShape]} : {}),
        filters,
        kernelSize: 3,
        activation: "relu",
        kernelInitializer: heNormal(seed, name),
        name,
      }),
    );
    model.add(tf.layers.maxPooling2d({poolSize: 2, name: `pool${i + 1}`}));
  });
  model.add(tf.layers.flatten({name: "flatten"}));
  model.add(tf.layers.dense({units: classes, kernelInitializer: glorotUniform(seed, "logits"), name: "logits"}));
  model.add(tf.layers.softmax({name: "probabilities"}));
  return model;
}
