import {OnnxError} from "./error";
import {decodeModel, type ModelProto} from "./file/model";
import {whatInstead} from "./file/no-model";

/** A model's bytes, and the place of its weights that are in other files. */
export interface ModelFile {
  readonly bytes: Uint8Array;
  readonly model: ModelProto;
  readonly folder?: string;
  readonly files?: {readonly [location: string]: Uint8Array};
}

/**
 * @param source The bytes, or a path.
 * @param external A folder, or files by the names that the model gives them. For a path, the default is its own folder.
 * @throws OnnxError if it is no ONNX model, or weights are missing or outside of the folder.
 */
export async function readModel(source: Uint8Array | string, external?: ModelFile["folder"] | ModelFile["files"]) {
  const bytes = typeof source === "string" ? await contentOf(source) : source;
  const model = parsed(bytes);
  const folder = typeof external === "string" ? external : external ? undefined : await folderOf(source);
  const files = typeof external === "object" ? external : undefined;
  for (const location of locationsIn(model)) await checkLocation(location, folder, files);
  return {bytes, model, ...(folder !== undefined && {folder}), ...(files && {files})} satisfies ModelFile;
}

async function contentOf(path: string): Promise<Uint8Array> {
  const {readFile} = await import("node:fs/promises");
  return readFile(path).catch((error: Error) => {
    throw new OnnxError(`model: expected a file to read, got ${error.message}`);
  });
}

async function folderOf(source: Uint8Array | string): Promise<string | undefined> {
  if (typeof source !== "string") return undefined;
  const {dirname, resolve} = await import("node:path");
  return dirname(resolve(source));
}

function parsed(bytes: Uint8Array): ModelProto {
  let model: ModelProto | undefined;
  try {
    model = decodeModel(bytes);
  } catch {} // no protobuf message: the error of the next line says so
  if (!model?.graph?.node?.length) throw new OnnxError(`model: expected an ONNX file, got ${whatInstead(bytes)}`);
  return model;
}

/** The files beside the model that its weights stand in. */
function locationsIn({graph}: ModelProto): ReadonlySet<string> {
  const entries = (graph?.initializer ?? []).flatMap(({externalData = []}) => externalData);
  return new Set(entries.filter(({key}) => key === "location").map(({value}) => value));
}

async function checkLocation(location: string, folder: string | undefined, files: ModelFile["files"]): Promise<void> {
  if (/(^|[\\/])\.\.([\\/]|$)|^[\\/]|^[A-Za-z]:/.test(location)) {
    throw new OnnxError(`weights: expected a file in the model's folder, got "${location}"`);
  }
  if (files ? location in files : folder !== undefined && (await exists(folder, location))) return;
  throw new OnnxError(
    `weights: expected the file "${location}" that the model names, got ${folder ? `none in ${folder}` : "its bytes alone"}`,
  );
}

async function exists(folder: string, file: string): Promise<boolean> {
  const [{access}, {join}] = await Promise.all([import("node:fs/promises"), import("node:path")]);
  return access(join(folder, file)).then(
    () => true,
    () => false,
  );
}
