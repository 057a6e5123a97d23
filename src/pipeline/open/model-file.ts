import {failingAs} from "../../nouns/errors";
import {parseJson} from "../../nouns/json-text";
import {UserError} from "../../nouns/options";
import {startBackend} from "../backend/index";
import {type ClassNames, parseClassNames} from "../data/class-names";
import {readWhole} from "../data/read-file";
import {decodeText} from "../data/text";
import type {LoadedClassifier, LoadedNetwork} from "../model/load/black-box";
import type {LoadSettings} from "../model/load/load-settings";
import {onnxClassifier} from "../model/load/onnx-classifier";
import {onnxNetwork} from "../model/load/onnx-network";
import {type TfjsModelJson, tfjsModelJson} from "../model/load/tfjs-weights";
import {tfjsClassifier} from "../model/tf/tfjs-classifier";
import {tfjsNetwork} from "../model/tf/tfjs-network";
import {readOnnx} from "../watch/onnx-files";
import {readTfjsWeights} from "./tfjs-weights-beside";

export type ModelEngine = "auto" | "tensorflow" | "wasm" | "cpu";

/** The largest class file and the largest JSON that are read, in bytes. */
const MOST_NAMES = 16e6;
const MOST_JSON = 256e6;

/** The files of a model, read and checked. */
type ModelFiles = {readonly size: number} & (
  | {readonly kind: "onnx"; readonly bytes: Uint8Array; readonly isSplit: boolean}
  | {readonly kind: "tfjs"; readonly json: TfjsModelJson; readonly weights: Uint8Array}
);

/** Opens a model by its file: .onnx, or a tfjs model.json; with its weights beside it. */
export async function openModel(path: string, engine: ModelEngine, settings: LoadSettings): Promise<LoadedClassifier> {
  return opened(await readModel(path), path, engine, settings);
}

/** Reads and checks a model's files. @throws UserError naming what does not fit. */
export async function readModel(path: string): Promise<ModelFiles> {
  return failingAs("BAD_MODEL", () => modelFiles(path));
}

async function modelFiles(path: string): Promise<ModelFiles> {
  if (/\.onnx$/i.test(path)) return {kind: "onnx", ...(await readOnnx(path))};
  if (!/\.json$/i.test(path)) {
    throw new UserError(`--model: expected an .onnx file or a tfjs model.json, got ${path}`);
  }
  const json = tfjsModelJson(await readJson(path), path);
  const weights = await readTfjsWeights(path, json);
  return {kind: "tfjs", json, weights, size: weights.length};
}

/** Opens a model whose files are read. */
export async function opened(files: ModelFiles, path: string, engine: ModelEngine, settings: LoadSettings) {
  return failingAs("BAD_MODEL", () => open(files, path, engine, settings));
}

async function open(files: ModelFiles, path: string, engine: ModelEngine, settings: LoadSettings) {
  const named = {what: path, ...settings};
  if (files.kind === "onnx") return onnxClassifier(files.bytes, named, files.isSplit ? path : undefined);
  await startBackend(engine, "ask");
  return tfjsClassifier(files.json, files.weights, named);
}

/** Opens a model whose files are read, with its gradients. @throws UserError in one line if it has none. */
export async function openedNetwork(
  files: ModelFiles,
  path: string,
  engine: ModelEngine,
  settings: LoadSettings,
): Promise<LoadedNetwork> {
  const named = {what: path, ...settings};
  const {say = () => {}, output} = named;
  if (files.kind === "tfjs") {
    await startBackend(engine, "ask");
    return tfjsNetwork(files.json, files.weights, named);
  }
  const network = await onnxNetwork(files.isSplit ? path : files.bytes, {...named, independent: true});
  const {understood} = network.facts;
  if (output === "auto") say(`model   ${understood}`);
  return {...network, understood};
}

/** A file's class names, in any of the usual forms. */
export async function readClassNames(path: string): Promise<ClassNames> {
  return parseClassNames(await readWhole(path, {most: MOST_NAMES}), path);
}

/** A JSON file's value, in any of the usual encodings. */
export async function readJson(path: string): Promise<unknown> {
  return parseJson(decodeText(await readWhole(path, {most: MOST_JSON}), path), path);
}
