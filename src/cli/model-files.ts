import {realpath, stat} from "node:fs/promises";
import {dirname, join, relative, resolve, sep} from "node:path";
import {UserError} from "../nouns/options";
import {orUserError} from "../nouns/system-errors";
import {readWhole} from "../pipeline/data/read-file";
import {onnxModel} from "../pipeline/model/load/onnx-classifier";
import {type ExternalTensor, externalTensors} from "../pipeline/model/load/onnx-graph";
import {checkGroupSize, type TfjsModelJson} from "../pipeline/model/load/tfjs-weights";

/** A model's ONNX file and the files beside it that hold its weights. */
export interface OnnxFiles {
  readonly bytes: Uint8Array;
  /** Whether weights stand in other files. */
  readonly isSplit: boolean;
  /** Bytes of all its files together. */
  readonly size: number;
}

/**
 * Reads an ONNX file. Weights in other files must stand in its folder, whole; they are looked at, not read.
 *
 * @throws UserError with the path, in one line.
 */
export async function readOnnx(path: string): Promise<OnnxFiles> {
  const bytes = await readWhole(path);
  const tensors = externalTensors(onnxModel(bytes, path));
  let size = bytes.length;
  const files = new Map<string, number>();
  for (const tensor of tensors) {
    const {location} = tensor;
    const length = files.get(location) ?? (await fileBeside(path, location)).size;
    if (!files.has(location)) size += length;
    files.set(location, length);
    checkPlace(tensor, length, path);
  }
  return {bytes, isSplit: tensors.length > 0, size};
}

function checkPlace({name, location, offset, length}: ExternalTensor, size: number, path: string): void {
  const end = offset + (length ?? 0);
  if (offset >= 0 && end >= offset && end <= size) return; // NaN fails
  throw new UserError(
    `${join(dirname(path), location)}: expected ${end} bytes or more for ${name} of ${path}, got ${size}`,
  );
}

/** Reads the weights that a model.json names, joined in their order; sizes are checked before anything is read. */
export async function readTfjsWeights(path: string, json: TfjsModelJson): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const group of json.weightsManifest) {
    const files = await Promise.all(group.paths.map((name) => fileBeside(path, name)));
    checkGroupSize(
      group,
      files.map(({size}) => size),
      path,
    );
    for (const file of files) parts.push(await readWhole(file.path));
  }
  return Buffer.concat(parts);
}

/**
 * A file that a model names. It must stand in the model's folder or below, and so must what it links to; where the model is a
 * link itself (as in Hugging Face's cache), in the folder of the real file.
 *
 * @throws UserError if it stands elsewhere, is missing, or is no file.
 */
async function fileBeside(model: string, name: string): Promise<{readonly path: string; readonly size: number}> {
  const parts = name.split(/[\\/]/);
  if (name === "" || /^([\\/]|[A-Za-z][A-Za-z+.-]*:)/.test(name) || parts.includes("..") || name.includes("\0")) {
    throw new UserError(`${model}: expected weights in its own folder, got "${name}"`);
  }
  const path = join(dirname(model), name);
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) throw new UserError(`${model}: expected its weights in ${path}, got nothing there`);
  const folders = [await realpath(dirname(resolve(model))), dirname(await realpath(model))];
  if (!folders.some((folder) => isBelow(real, folder))) {
    throw new UserError(`${model}: expected weights in its own folder, got ${path}, a link to ${real}`);
  }
  const state = await orUserError(path, () => stat(path), "read");
  if (!state.isFile())
    throw new UserError(`${path}: expected a file, got ${state.isDirectory() ? "a folder" : "a device"}`);
  return {path, size: state.size};
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && resolve(folder, way) === path;
}
