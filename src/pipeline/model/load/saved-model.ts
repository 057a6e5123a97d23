import type * as tf from "@tensorflow/tfjs";

import type {NamedArray} from "../../../nouns/network";

/** The files that `tf.loadLayersModel` reads: model.json, and the weights that it names. */
export interface SavedModel {
  readonly "model.json": string;
  readonly "weights.bin": Uint8Array;
}

/**
 * A model in TensorFlow.js' LayersModel format, from its topology and from weights that may live elsewhere.
 * A SeededDropout is written as a plain Dropout, so that any tfjs can load it.
 */
export function savedModel(model: tf.LayersModel, weights: readonly NamedArray[], generatedBy: string): SavedModel {
  const topology = model.toJSON(undefined, false) as {[key: string]: unknown};
  const bytes = weights.reduce((sum, {values}) => sum + values.byteLength, 0);
  const binary = new Uint8Array(bytes);
  let at = 0;
  for (const {values} of weights) {
    binary.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  const json = {
    format: "layers-model",
    generatedBy,
    convertedBy: null,
    modelTopology: plainDropout(topology),
    weightsManifest: [
      {
        paths: ["weights.bin"],
        weights: weights.map(({name, shape}) => ({name, shape: [...shape], dtype: "float32"})),
      },
    ],
  };
  return {"model.json": `${JSON.stringify(json)}\n`, "weights.bin": binary};
}

function plainDropout(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, v) => (key === "class_name" && v === "SeededDropout" ? "Dropout" : v));
}
