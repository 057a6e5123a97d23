import {readFile} from "node:fs/promises";
import {dirname, join} from "node:path";

import {startBackend} from "../pipeline/backend/index";
import type {LoadedClassifier, LoadSettings} from "../pipeline/model/black-box";
import {onnxClassifier} from "../pipeline/model/onnx-classifier";
import {type TfjsModelJson, tfjsClassifier} from "../pipeline/model/tfjs-classifier";
import {UserError} from "../pipeline/options";

/** Opens a model by its file: .onnx, or a tfjs model.json with its weights beside it. */
export async function openModel(
  path: string,
  engine: "auto" | "tensorflow" | "wasm" | "cpu",
  settings: LoadSettings,
): Promise<LoadedClassifier> {
  if (path.endsWith(".onnx")) return onnxClassifier(await readIfThere(path, "--model"), settings);
  if (!path.endsWith(".json")) throw new UserError(`--model: expected an .onnx file or a tfjs model.json, got ${path}`);
  const json = parsed(`${Buffer.from(await readIfThere(path, "--model"))}`, path) as TfjsModelJson;
  const files = (json.weightsManifest ?? []).flatMap((group) => group.paths);
  const parts = await Promise.all(files.map((file) => readIfThere(join(dirname(path), file), path)));
  await startBackend(engine, "ask");
  return tfjsClassifier(json, Buffer.concat(parts), settings);
}

/** One class name a line; or a JSON array of them, or object from index to name. */
export async function readClassNames(path: string): Promise<string[]> {
  const content = `${Buffer.from(await readIfThere(path, "--classes"))}`;
  if (!path.endsWith(".json")) return content.trimEnd().split(/\r?\n/);
  const value = parsed(content, path);
  const names = Array.isArray(value) ? value : Object.values(value as object);
  // ImageNet's usual file maps an index to [WordNet id, name]
  return names.map((name) => `${Array.isArray(name) ? name.at(-1) : name}`);
}

export function parsed(content: string, path: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new UserError(`${path}: expected JSON, got ${(error as Error).message}`);
  }
}

/** @param what Named in the error: the flag or file that asked for it. */
export async function readIfThere(path: string, what: string): Promise<Uint8Array> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "none there" : error.code;
    throw new UserError(`${what}: expected the file ${path}, got ${reason}`);
  });
}
