import {setImmediate as eventLoopTurn} from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";

import type {Attention} from "../../../../nouns/network";
import type {ImageShape, Images} from "../../../../nouns/samples";
import {Patches} from "./patches";
import {SelfAttention} from "./self-attention";

/** How many images go through in one pass. This limits the memory, and changes no result. */
const AT_ONCE = 32;

/** How a model's tokens attend to each other; undefined if it has no patches or no attention. */
export function attentionOf(
  model: tf.LayersModel,
  toLogits: tf.LayersModel,
  [height, width]: ImageShape,
): Attention | undefined {
  const layers = model.layers.filter((layer) => layer instanceof SelfAttention);
  const patches = model.layers.find((layer) => layer instanceof Patches);
  if (!patches || layers.length === 0) return undefined;
  const {side} = patches;
  const grid = {rows: Math.floor(height / side), columns: Math.floor(width / side), side};
  const inputs = tf.model({inputs: model.inputs, outputs: layers.map((layer) => layer.input as tf.SymbolicTensor)});

  return {
    layers: layers.map(({name, heads}) => ({layer: name, heads})),
    grid,
    weights: (images) =>
      inBatches(images, (x) => {
        const given = inputs.apply(x, {training: false}) as tf.Tensor3D | tf.Tensor3D[];
        return [given].flat().map((tensor, i) => layers[i].lookOf(tensor as tf.Tensor3D));
      }),
    headSlopes: (images) =>
      inBatches(images, (x, start) => {
        const count = x.shape[0];
        const labels = tf.tensor1d(Int32Array.from(images.labels.subarray(start, start + count)), "int32");
        const target = tf.oneHot(labels, model.outputs[0].shape[1] as number).toFloat();
        const lossOf = (...gates: tf.Tensor[]) => {
          for (const [i, layer] of layers.entries()) layer.setGates(gates[i] as tf.Tensor2D);
          try {
            const logits = toLogits.apply(x, {training: false}) as tf.Tensor;
            const loss: tf.Tensor = tf.losses.softmaxCrossEntropy(target, logits, undefined, 0, tf.Reduction.SUM);
            return loss;
          } finally {
            for (const layer of layers) layer.setGates();
          }
        };
        return tf.grads(lossOf)(layers.map(({heads}) => tf.ones([count, heads])));
      }),
  };
}

/** Applies `f` to a few images at a time, and joins each of its results, image after image. */
async function inBatches(images: Images, f: (x: tf.Tensor, start: number) => tf.Tensor[]): Promise<Float32Array[]> {
  const size = images.shape[0] * images.shape[1] * images.shape[2];
  const parts: Float32Array[][] = [];
  for (let start = 0; start < images.count; start += AT_ONCE) {
    const count = Math.min(AT_ONCE, images.count - start);
    const pixels = images.pixels.subarray(start * size, (start + count) * size);
    const made = tf.tidy(() => f(tf.tensor(pixels, [count, ...images.shape]), start));
    for (const [i, tensor] of made.entries()) {
      parts[i] ??= [];
      parts[i].push(Float32Array.from(await tensor.data()));
      tensor.dispose();
    }
    await eventLoopTurn();
  }
  return parts.map((rows) => {
    const joined = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
    let at = 0;
    for (const row of rows) {
      joined.set(row, at);
      at += row.length;
    }
    return joined;
  });
}
