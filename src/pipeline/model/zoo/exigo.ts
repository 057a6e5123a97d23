import * as tf from "@tensorflow/tfjs";

import {UserError} from "../../../nouns/options";
import type {ImageShape} from "../../../nouns/samples";
import {torchBias, torchKernel} from "./initializers";

/** How many channels there are after each convolution. */
const CHANNELS = [10, 7, 5, 1] as const;

/**
 * The network of the published pipeline exigo (its model.py): four valid 3 x 3 convolutions with relu, then one dense
 * layer on the 400 numbers to which 28 x 28 pixels are reduced. It sees pixels in [−1, 1]; its first layer scales them
 * from [0, 1]. Weights start as in PyTorch.
 */
export function exigo(imageShape: ImageShape, classes: number, seed: number): tf.Sequential {
  const [height, width] = imageShape;
  if (!(height >= 9 && width >= 9)) {
    throw new UserError(`--model exigo: expected images of 9 x 9 pixels or more, got ${height} x ${width}`);
  }
  const model = tf.sequential({name: "exigo"});
  model.add(tf.layers.rescaling({scale: 2, offset: -1, inputShape: [...imageShape], name: "rescale"}));
  CHANNELS.forEach((filters, i) => {
    const name = `conv${i + 1}`;
    const fanIn = 9 * (i === 0 ? imageShape[2] : CHANNELS[i - 1]);
    model.add(
      tf.layers.conv2d({
        filters,
        kernelSize: 3,
        activation: "relu",
        kernelInitializer: torchKernel(seed, name),
        biasInitializer: torchBias(seed, name, fanIn),
        name,
      }),
    );
  });
  model.add(tf.layers.flatten({name: "flatten"}));
  const fanIn = (height - 8) * (width - 8);
  const [kernelInitializer, biasInitializer] = [torchKernel(seed, "logits"), torchBias(seed, "logits", fanIn)];
  model.add(tf.layers.dense({units: classes, kernelInitializer, biasInitializer, name: "logits"}));
  model.add(tf.layers.softmax({name: "probabilities"}));
  return model;
}
