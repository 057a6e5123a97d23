import {InferenceSession, Tensor} from "onnxruntime-node";

import {UserError} from "../options";
import {blackBoxClassifier, dimsOf, imageShapeOf, type LoadedClassifier, type LoadSettings} from "./black-box";

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
  const dims = dimsOf(imageShape, layout);
  const size = dims[0] * dims[1] * dims[2];
  const batch = typeof shape[0] === "number" && shape[0] > 0 ? shape[0] : undefined;

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

  return blackBoxClassifier({imageShape, layout, scores, dispose: () => session.release()}, settings);
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
  const found = [h, w, c].map((n) => (typeof n === "number" && n > 0 ? n : undefined));
  return {layout, imageShape: imageShapeOf(shape, found, imageShape)};
}
