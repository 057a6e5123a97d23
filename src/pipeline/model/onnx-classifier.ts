import {InferenceSession, Tensor} from "onnxruntime-node";

import {UserError} from "../options";
import type {Classifier, ImageShape} from "../types";
import {asProbabilities, type ModelInput, type ModelOutput, modelInput} from "./model-input";

/** A classifier that must be let go of. */
export interface LoadedClassifier extends Classifier {
  dispose(): Promise<void>;
}

export interface LoadSettings {
  /** Where the model leaves its input's size open. */
  readonly imageShape?: ImageShape;
  /** By default "0", "1", … */
  readonly classNames?: readonly string[];
  /** `layout` by default as the input's shape has it: 1 or 3 channels second or last. */
  readonly input: Omit<ModelInput, "layout"> & {readonly layout?: ModelInput["layout"]};
  readonly output: ModelOutput;
}

/**
 * An ONNX model on onnxruntime: one image input, one output of class scores. A model whose batch size is fixed is asked
 * in batches of that size.
 *
 * @throws UserError if the bytes are no model, or it has other inputs and outputs.
 */
export async function onnxClassifier(bytes: Uint8Array, settings: LoadSettings): Promise<LoadedClassifier> {
  const session = await InferenceSession.create(bytes, {logSeverityLevel: 3}).catch((error: Error) => {
    throw new UserError(`model: expected an ONNX file, got: ${error.message}`);
  });
  if (session.inputNames.length !== 1) {
    throw new UserError(`model: expected one input, got ${session.inputNames.join(", ")}`);
  }
  const shape = dimensionsOf(session.inputMetadata[0]);
  const {layout, imageShape} = inputOf(shape, settings);
  const [height, width, channels] = imageShape;
  const batch = typeof shape[0] === "number" && shape[0] > 0 ? shape[0] : undefined;
  const dims = layout === "nchw" ? [channels, height, width] : [height, width, channels];
  const size = height * width * channels;

  const ask = async (values: Float32Array, count: number): Promise<Float32Array> => {
    const input = new Tensor("float32", values, [count, ...dims]);
    const answer = (await session.run({[session.inputNames[0]]: input}))[session.outputNames[0]];
    if (answer.type !== "float32") throw new UserError(`model: expected a float32 output, got ${answer.type}`);
    return answer.data as Float32Array;
  };
  const scores = async (values: Float32Array, count: number): Promise<Float32Array> => {
    if (batch === undefined) return ask(values, count);
    const parts: Float32Array[] = [];
    for (let start = 0; start < count; start += batch) {
      const padded = new Float32Array(batch * size); // the last batch is filled up with empty images
      padded.set(values.subarray(start * size, Math.min(start + batch, count) * size));
      const out = await ask(padded, batch);
      parts.push(out.subarray(0, (out.length / batch) * Math.min(batch, count - start)));
    }
    return Float32Array.from(parts.flatMap((part) => [...part]));
  };

  const classes = (await scores(new Float32Array(size), 1)).length;
  const classNames = settings.classNames ?? Array.from({length: classes}, (_, k) => `${k}`);
  if (classNames.length !== classes) {
    throw new UserError(`class names: expected ${classes}, one an output of the model, got ${classNames.length}`);
  }
  return {
    imageShape,
    classNames,
    async predict(images) {
      const values = modelInput(images, {...settings.input, layout});
      return asProbabilities(await scores(values, images.count), classes, settings.output);
    },
    dispose: () => session.release(),
  };
}

function dimensionsOf(metadata: InferenceSession.ValueMetadata): readonly (number | string)[] {
  if (!metadata.isTensor || metadata.shape.length !== 4) {
    const got = metadata.isTensor ? `shape [${metadata.shape}]` : "no tensor";
    throw new UserError(`model: expected a batch of images as input, 4 dimensions, got ${got}`);
  }
  if (metadata.type !== "float32") throw new UserError(`model: expected a float32 input, got ${metadata.type}`);
  return metadata.shape;
}

function inputOf(shape: readonly (number | string)[], {imageShape, input}: LoadSettings) {
  const isColor = (n: number | string) => n === 1 || n === 3;
  const layout = input.layout ?? (isColor(shape[1]) ? "nchw" : isColor(shape[3]) ? "nhwc" : undefined);
  if (!layout) throw new UserError(`--layout: expected nchw or nhwc for an input of [${shape}], got none`);
  const [h, w, c] = layout === "nchw" ? [shape[2], shape[3], shape[1]] : [shape[1], shape[2], shape[3]];
  const open = [h, w, c].some((n) => typeof n !== "number" || n < 1);
  if (open && !imageShape) throw new UserError(`--size: expected one for an input of [${shape}], got none`);
  const found = [h, w, c].map((n, i) => (typeof n === "number" && n > 0 ? n : imageShape![i]));
  if (imageShape && `${found}` !== `${imageShape}`) {
    throw new UserError(`--size: expected ${found.join(" x ")}, the model's input, got ${imageShape.join(" x ")}`);
  }
  return {layout, imageShape: found as unknown as ImageShape}; // three numbers
}
