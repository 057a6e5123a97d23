import * as tf from "@tensorflow/tfjs";

import {UserError} from "../options";
import type {ImageShape} from "../types";
import {blackBoxClassifier, dimsOf, imageShapeOf, type LoadedClassifier, type LoadSettings} from "./black-box";

/** The content of a tfjs model.json. */
export interface TfjsModelJson {
  readonly format?: string;
  readonly modelTopology?: object;
  readonly weightsManifest?: readonly {readonly paths: readonly string[]; readonly weights: readonly object[]}[];
}

/**
 * A saved tfjs LayersModel or GraphModel on the backend that is set: one image input, class scores as (first) output.
 *
 * @param json    What model.json holds.
 * @param weights The files of its weightsManifest, joined in their order.
 * @throws UserError if it is no such model, or its input is no batch of images.
 */
export async function tfjsClassifier(
  json: TfjsModelJson,
  weights: Uint8Array,
  settings: LoadSettings,
): Promise<LoadedClassifier> {
  if (!json.modelTopology || !json.weightsManifest) {
    throw new UserError("model.json: expected a tfjs model's topology and weightsManifest, got neither or one");
  }
  const artifacts: tf.io.ModelArtifacts = {
    modelTopology: json.modelTopology,
    weightSpecs: json.weightsManifest.flatMap((group) => group.weights) as tf.io.WeightsManifestEntry[],
    weightData: weights.slice().buffer,
    format: json.format ?? "layers-model",
  };
  const load = json.format === "graph-model" ? tf.loadGraphModel : tf.loadLayersModel;
  const model: tf.LayersModel | tf.GraphModel = await load(tf.io.fromMemory(artifacts)).catch((error: Error) => {
    throw new UserError(`model.json: expected a tfjs ${artifacts.format}, got: ${error.message}`);
  });
  const imageShape = inputShapeOf(model.inputs, settings);
  const layout = settings.input.layout ?? "nhwc";
  const dims = dimsOf(imageShape, layout);
  const scores = async (values: Float32Array, count: number): Promise<Float32Array> => {
    const answer = tf.tidy(() => {
      const out = model.predict(tf.tensor(values, [count, ...dims]));
      return out instanceof tf.Tensor ? out : Object.values(out)[0];
    });
    const data = await answer.data();
    answer.dispose();
    return Float32Array.from(data);
  };
  return blackBoxClassifier({imageShape, layout, scores, dispose: async () => void model.dispose()}, settings);
}

function inputShapeOf(
  inputs: readonly {readonly shape?: readonly (number | null)[] | null}[],
  settings: LoadSettings,
): ImageShape {
  const shape = inputs.length === 1 ? inputs[0].shape : undefined;
  if (inputs.length !== 1 || (shape && shape.length !== 4)) {
    throw new UserError(
      `model: expected one input of 4 dimensions, got ${inputs.map((i) => `[${i.shape}]`).join(", ")}`,
    );
  }
  const [a, b, c] = shape?.slice(1) ?? [];
  const order = settings.input.layout === "nchw" ? [b, c, a] : [a, b, c];
  const found = order.map((n) => (n && n > 0 ? n : undefined));
  return imageShapeOf(shape ?? [], found, settings.imageShape);
}
