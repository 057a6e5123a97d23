import {dirname, join} from "node:path";

import {UserError} from "../../nouns/options";
import {encodeModel, type ModelProto, type TensorProto} from "../../onnx/file/model";
import {fileBeside} from "../data/file-beside";
import {readWhole} from "../data/read-file";
import {onnxModel} from "../model/load/onnx-classifier";
import {type ExternalTensor, externalTensors, placeOf} from "../model/load/onnx-graph";

/** A model's ONNX file, and the files beside it that hold its weights. */
export interface OnnxFiles {
  readonly bytes: Uint8Array;
  readonly model: ModelProto;
  /** Whether some weights are in other files. */
  readonly isSplit: boolean;
  /** How many bytes all its files have together. */
  readonly size: number;
  /** The paths of the other files. */
  readonly beside: readonly string[];
}

/**
 * Reads an ONNX file. Other files with weights must be in its folder and complete; this is checked without reading
 * them.
 *
 * @throws UserError with the path, in one line.
 */
export async function readOnnx(path: string): Promise<OnnxFiles> {
  const bytes = await readWhole(path);
  const model = onnxModel(bytes, path);
  const tensors = externalTensors(model);
  let size = bytes.length;
  const files = new Map<string, {readonly path: string; readonly size: number}>();
  for (const tensor of tensors) {
    const {location} = tensor;
    const file = files.get(location) ?? (await fileBeside(path, location));
    if (!files.has(location)) size += file.size;
    files.set(location, file);
    checkPlace(tensor, file.size, path);
  }
  return {bytes, model, isSplit: tensors.length > 0, size, beside: [...files.values()].map((file) => file.path)};
}

function checkPlace({name, location, offset, length, bytes}: ExternalTensor, size: number, path: string): void {
  const file = join(dirname(path), location);
  const [first] = [offset, length ?? 0].filter((n) => !(Number.isSafeInteger(n) && n >= 0));
  if (first !== undefined) {
    throw new UserError(`${path}: expected whole numbers that say where ${name} stands in ${location}, got ${first}`);
  }
  const end = offset + (length ?? bytes ?? 0);
  if (end > size) throw new UserError(`${file}: expected ${end} bytes or more for ${name} of ${path}, got ${size}`);
  if (bytes !== undefined && length !== undefined && length !== bytes) {
    throw new UserError(`${path}: expected ${bytes} bytes of ${location} for the sizes of ${name}, got ${length}`);
  }
}

/** The same, with the weights from the files beside it put into the file itself. */
export async function inlined(files: OnnxFiles, path: string): Promise<Pick<OnnxFiles, "bytes" | "model">> {
  if (!files.isSplit) return files;
  const {model} = files;
  const contents = new Map<string, Uint8Array>();
  const initializer: TensorProto[] = [];
  for (const tensor of model.graph?.initializer ?? []) {
    const place = placeOf(tensor);
    if (!place) {
      initializer.push(tensor);
      continue;
    }
    const {location, offset, length, bytes} = place;
    const content = contents.get(location) ?? (await readWhole(join(dirname(path), location)));
    contents.set(location, content);
    const {externalData: _, dataLocation: __, ...rest} = tensor;
    const count = length ?? bytes ?? content.length - offset;
    initializer.push({...rest, rawData: content.subarray(offset, offset + count)});
  }
  const whole = {...model, graph: {...model.graph, initializer}};
  return {bytes: encodeModel(whole), model: whole};
}
