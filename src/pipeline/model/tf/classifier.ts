import {setImmediate as eventLoopTurn} from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";

import {checkTargets} from "../../../engine/runtime/chunks";
import {type DifferentiableClassifier, sizeOf} from "../../../nouns/network";
import {UserError} from "../../../nouns/options";
import type {ImageShape, Images} from "../../../nouns/samples";
import {attentionOf} from "./transformer/attention-of";

/** A model with the inner outputs for which explainers ask. */
export interface ModelParts {
  readonly toLogits: tf.LayersModel;
  readonly toProbabilities: tf.LayersModel;
  /** The layer whose output feeds the last dense layer. */
  readonly featureLayer: string;
  /** The part of the model up to the named layer's output. */
  to(layer: string): tf.LayersModel;
}

/** @throws UserError if the model's last two layers are not "logits" and "probabilities". */
export function partsOf(model: tf.LayersModel): ModelParts {
  const ends = model.layers.slice(-2).map((layer) => layer.name);
  if (`${ends}` !== "logits,probabilities") {
    throw new UserError(
      `model: expected layers "logits" and "probabilities" at its end, got ${ends.map((n) => `"${n}"`).join(", ")}`,
    );
  }
  const logitsLayer = model.getLayer("logits");
  const toLogits = tf.model({inputs: model.inputs, outputs: logitsLayer.output as tf.SymbolicTensor});
  const made = new Map<string, tf.LayersModel>();
  return {
    toLogits,
    toProbabilities: model,
    featureLayer: (logitsLayer.input as tf.SymbolicTensor).sourceLayer.name,
    to(layer) {
      const known = model.layers.map(({name}) => name);
      if (!known.includes(layer)) throw new UserError(`layer: expected one of ${known.join(", ")}, got "${layer}"`);
      let part = made.get(layer);
      if (!part) {
        part = tf.model({inputs: model.inputs, outputs: model.getLayer(layer).output as tf.SymbolicTensor});
        made.set(layer, part);
      }
      return part;
    },
  };
}

/**
 * Shows a tf.LayersModel as a DifferentiableClassifier. Tensors are made and freed in this file: every method takes and
 * gives plain numbers, and does not change `tf.memory().numTensors`. The weights are shared with the model, so the
 * classifier always answers with the weights of the current epoch.
 *
 * @param batchSize How many images go through in one pass. This limits the memory of every explainer and changes no
 * result.
 */
export function classifierOf(
  model: tf.LayersModel,
  imageShape: ImageShape,
  classNames: readonly string[],
  batchSize = 250,
): DifferentiableClassifier {
  const {toLogits, featureLayer, to} = partsOf(model);
  const forward = (part: tf.LayersModel, x: tf.Tensor) => part.apply(x, {training: false}) as tf.Tensor;
  const run = (images: Images, f: (x: tf.Tensor, start: number) => tf.Tensor) =>
    inBatches(images, imageShape, batchSize, f);

  const logits = (images: Images) => run(images, (x) => forward(toLogits, x));
  const asked = new Map<string, tf.LayersModel>();
  /** The model with these outputs; a pass through it goes through each layer once. */
  const toAll = (names: readonly string[]) => {
    const key = JSON.stringify(names);
    const outputs = names.map((name) => to(name).outputs[0]);
    const made = asked.get(key) ?? tf.model({inputs: model.inputs, outputs});
    asked.set(key, made);
    return made;
  };

  const attention = attentionOf(model, toLogits, imageShape);
  return {
    imageShape,
    classNames,
    ...(attention ? {attention} : {}),
    predict: (images) => run(images, (x) => forward(model, x)),
    logits,
    async inputGradient(images, targets) {
      checkTargets(targets, images.count, classNames.length);
      return run(images, (x, start) =>
        tf.grad((pixels: tf.Tensor) => {
          const logits = forward(toLogits, pixels);
          if (targets === "all") return logits.sum();
          const classes = Int32Array.from({length: x.shape[0]}, (_, n) => targets[start + n]);
          return logits.mul(tf.oneHot(tf.tensor1d(classes, "int32"), classNames.length).toFloat()).sum();
        })(x),
      );
    },
    async forward(images, layers, into) {
      if (layers.length === 0) return [];
      const names = layers.map((layer) => layer || featureLayer); // the layer of the logits has this name
      const distinct = [...new Set(names)];
      const part = toAll(distinct);
      const shapes = part.outputs.map(({shape}) => shape.slice(1).map((side) => side ?? 1));
      const rows = await run(images, (x) => {
        const answers = [part.apply(x, {training: false}) as tf.Tensor | tf.Tensor[]].flat();
        return tf.concat(
          answers.map((answer) => answer.reshape([x.shape[0], -1])),
          1,
        );
      });
      const parts = apart(rows, images.count, shapes.map(sizeOf), into);
      return names.map((name, i) => {
        const at = distinct.indexOf(name);
        return {layer: layers[i], shape: shapes[at], values: parts[at]};
      });
    },
  };
}

/**
 * Divides rows in which several answers follow each other into one array for each answer. @param into The array for the
 * first.
 */
function apart(rows: Float32Array, count: number, widths: readonly number[], into?: Float32Array): Float32Array[] {
  const parts = widths.map((width, i) => (i === 0 && into) || new Float32Array(count * width));
  let at = 0;
  for (let n = 0; n < count; n++) {
    for (const [i, width] of widths.entries()) {
      parts[i].set(rows.subarray(at, at + width), n * width);
      at += width;
    }
  }
  return parts;
}

/** Applies `f` to `images` batch by batch and joins the results, with a row for each image. */
async function inBatches(
  images: Images,
  shape: ImageShape,
  batchSize: number,
  f: (x: tf.Tensor, start: number) => tf.Tensor,
): Promise<Float32Array> {
  if (`${images.shape}` !== `${shape}`) {
    throw new UserError(`images: expected ${shape.join(" x ")}, the model's input, got ${images.shape.join(" x ")}`);
  }
  const size = shape[0] * shape[1] * shape[2];
  let joined = new Float32Array(0);
  for (let start = 0; start < images.count; start += batchSize) {
    const count = Math.min(batchSize, images.count - start);
    const pixels = images.pixels.subarray(start * size, (start + count) * size);
    const output = tf.tidy(() => f(tf.tensor(pixels, [count, ...shape]), start));
    const values = await output.data();
    output.dispose();
    await eventLoopTurn();
    if (start === 0) joined = new Float32Array((values.length / count) * images.count);
    joined.set(values, (start * values.length) / count);
  }
  return joined;
}
