import {dirname, join} from "node:path";
import {UserError} from "../../nouns/options";
import {encodeModel, type ModelProto, type TensorProto} from "../../onnx/file/model";
import {OnnxError, readState, withState} from "../../onnx/index";
import {readWhole} from "../data/read-file";
import {onnxModel} from "../model/load/onnx-classifier";
import {externalTensors} from "../model/load/onnx-graph";
import type {Checkpoint} from "./folder";

/** A checkpoint's file as one ONNX model, with its weights in it. */
export interface ReadCheckpoint {
  readonly bytes: Uint8Array;
  readonly model: ModelProto;
}

/** Paths of all files that a checkpoint is read from: those that a model names too, where it can be read by now. */
export async function partsOf({kind, path}: Checkpoint, own: readonly string[]): Promise<readonly string[]> {
  if (kind !== "onnx") return own;
  const bytes = await readWhole(path).catch(() => undefined);
  if (!bytes) return own;
  try {
    const named = externalTensors(onnxModel(bytes, path)).map(({location}) => join(dirname(path), location));
    return [path, ...new Set(named)];
  } catch {
    return own; // not whole yet: it is told when it is opened
  }
}

/**
 * Reads a model, or a graph with the weights of a state.
 *
 * @param graph Where a state's graph is.
 * @throws UserError that names the file, and both shapes where one does not fit.
 */
export async function readCheckpoint({path, kind}: Checkpoint, graph: string | undefined): Promise<ReadCheckpoint> {
  if (kind !== "state" || graph === undefined) return inlined(await readWhole(path), path);
  const whole = await inlined(await readWhole(graph), graph);
  const state = await readWhole(path);
  try {
    const bytes = withState(whole.bytes, readState(state));
    return {bytes, model: onnxModel(bytes, path)};
  } catch (error) {
    if (error instanceof OnnxError) throw new UserError(`${path}: ${error.message}`, {cause: error});
    throw error;
  }
}

/** With the weights that stand in files beside it. */
async function inlined(bytes: Uint8Array, path: string): Promise<ReadCheckpoint> {
  const model = onnxModel(bytes, path);
  if (externalTensors(model).length === 0) return {bytes, model};
  const files = new Map<string, Uint8Array>();
  const initializer: TensorProto[] = [];
  for (const tensor of model.graph?.initializer ?? []) {
    const entries = Object.fromEntries((tensor.externalData ?? []).map(({key, value}) => [key, value]));
    if (!tensor.externalData?.length || entries.location === undefined) {
      initializer.push(tensor);
      continue;
    }
    const {location} = entries;
    if (/(^|[\\/])\.\.([\\/]|$)|^[\\/]|^[A-Za-z]:/.test(location)) {
      throw new UserError(`${path}: expected weights in its own folder, got "${location}"`);
    }
    const file = join(dirname(path), location);
    const numbers = files.get(location) ?? (await readWhole(file));
    files.set(location, numbers);
    const start = Number(entries.offset ?? 0);
    const end = entries.length === undefined ? numbers.length : start + Number(entries.length);
    if (!(start >= 0 && end >= start && end <= numbers.length)) {
      throw new UserError(
        `${file}: expected ${end} bytes or more for ${tensor.name} of ${path}, got ${numbers.length}`,
      );
    }
    const {externalData: _, dataLocation: __, ...rest} = tensor;
    initializer.push({...rest, rawData: numbers.subarray(start, end)});
  }
  const whole = {...model, graph: {...model.graph, initializer}};
  return {bytes: encodeModel(whole), model: whole};
}
