import * as tf from "@tensorflow/tfjs";

import {UserError} from "../../../nouns/options";
import type {ImageShape} from "../../../nouns/samples";
import type {Answer} from "../load/answers";
import {blackBoxClassifier, dimsOf, imageShapeOf, type LoadedClassifier} from "../load/black-box";
import type {LoadSettings} from "../load/load-settings";
import {imagesWords, type Port, shapeWords} from "../load/ports";
import type {TfjsModelJson} from "../load/tfjs-weights";
import {openedGraph} from "./opened-graph";
import {openedLayers} from "./opened-layers";

/**
 * A saved tfjs LayersModel or GraphModel on the backend that is set: it has one input of images, and its output is
 * class scores.
 *
 * @param json    The content of model.json.
 * @param weights The files of its weightsManifest, joined in their order.
 * @throws UserError if it is not such a model, if its input is not a batch of images, or if its output is not one row
 * of scores for each image.
 */
export async function tfjsClassifier(
  json: TfjsModelJson,
  weights: Uint8Array,
  settings: LoadSettings,
): Promise<LoadedClassifier> {
  return (await openTfjs(json, weights, settings)).box;
}

/** The model itself, for callers that look into it. */
export async function openTfjs(json: TfjsModelJson, weights: Uint8Array, settings: LoadSettings) {
  const {what = "model.json"} = settings;
  const artifacts: tf.io.ModelArtifacts = {
    modelTopology: json.modelTopology,
    weightSpecs: json.weightsManifest.flatMap((group) => group.weights) as tf.io.WeightsManifestEntry[],
    weightData: new Uint8Array(weights).buffer, // a copy, because small Buffers share one ArrayBuffer
    format: json.format ?? "layers-model",
    ...(json.signature ? {signature: json.signature} : {}),
  };
  const open = json.format === "graph-model" ? openedGraph : openedLayers;
  const model = await open(artifacts, settings).catch((error: Error) => {
    if (error instanceof UserError) throw error;
    throw new UserError(`${what}: expected a tfjs ${artifacts.format}, got: ${problemOf(error)}`);
  });
  try {
    const imageShape = inputShapeOf(model.input, settings);
    const layout = settings.input.layout ?? "nhwc";
    const dims = dimsOf(imageShape, layout);
    const batch = model.input.dims?.[0];
    const ask = async (values: Float32Array, count: number): Promise<Answer> => {
      let answer: tf.Tensor;
      try {
        answer = tf.tidy(() => model.run(tf.tensor(values, [count, ...dims])));
      } catch (error) {
        throw new UserError(`${what}: expected an answer to ${imagesWords(count)}, got: ${problemOf(error as Error)}`);
      }
      if (answer.dtype !== "float32") {
        const {dtype, shape} = answer;
        answer.dispose();
        throw new UserError(`${what}: expected an output of floats, got ${dtype} ${shapeWords(shape)}`);
      }
      const data = await answer.data();
      answer.dispose();
      return {dims: answer.shape, values: Float32Array.from(data)};
    };
    const dispose = async () => model.dispose();
    const fixed = typeof batch === "number" && batch > 0 ? batch : undefined;
    const box = await blackBoxClassifier({imageShape, layout, batch: fixed, end: model.end, ask, dispose}, settings);
    return {model, box, layout, batch: fixed};
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function inputShapeOf({dims}: Port, settings: LoadSettings): ImageShape {
  const [a, b, c] = dims?.slice(1) ?? [];
  const order = settings.input.layout === "nchw" ? [b, c, a] : [a, b, c];
  const found = order.map((n) => (typeof n === "number" && n > 0 ? n : undefined));
  return imageShapeOf(dims, found, settings);
}

/** An error of tfjs, in one line. */
export function problemOf(error: Error): string {
  return error instanceof RangeError ? "an array that does not fit into memory" : error.message.split("\n")[0];
}
