import {UserError} from "../nouns/options";
import {startBackend} from "../pipeline/backend/index";
import type {LoadedClassifier, LoadedNetwork} from "../pipeline/model/load/black-box";
import type {LoadSettings} from "../pipeline/model/load/load-settings";
import {type ModelEngine, opened, openedNetwork, readModel} from "../pipeline/open/model-file";
import {triedModel} from "./trial";

/** While LIME explains an image, it holds about this many copies of it. */
const IMAGES_IN_MEMORY = 16;

/**
 * Opens a model that may not be trusted, from its file. It is first tried in a separate process (trial.ts).
 *
 * @param maxMemory How many bytes it may take for an image, in addition to four times the size of its files.
 */
export async function openStranger(
  path: string,
  engine: ModelEngine,
  settings: LoadSettings,
  maxMemory: number,
): Promise<LoadedClassifier> {
  const {files, tried} = await inTrial(path, engine, settings, maxMemory, false);
  return opened(files, path, engine, tried);
}

/**
 * The same, with the model's gradients.
 *
 * @throws UserError in one line, also if it has none.
 */
export async function openStrangeNetwork(
  path: string,
  engine: ModelEngine,
  settings: LoadSettings,
  maxMemory: number,
): Promise<LoadedNetwork> {
  const {files, tried} = await inTrial(path, engine, settings, maxMemory, true);
  return openedNetwork(files, path, engine, tried);
}

async function inTrial(
  path: string,
  engine: ModelEngine,
  settings: LoadSettings,
  maxMemory: number,
  gradients: boolean,
) {
  const files = await readModel(path);
  if (settings.device === "gpu" && files.kind !== "onnx") {
    throw new UserError(`--device gpu: expected an ONNX model, got ${path}`);
  }
  const {say: _, asking: __, ...plain} = settings;
  const limited = {...plain, mostBytes: maxMemory / IMAGES_IN_MEMORY};
  const trial = triedModel({path, engine, settings: limited, gradients}, maxMemory + 4 * files.size);
  if (files.kind === "tfjs") await Promise.all([trial, startBackend(engine, "ask")]); // side by side
  const bytesAnImage = await trial;
  const mostAtOnce = Math.max(1, Math.floor(maxMemory / Math.max(1, bytesAnImage)));
  return {files, tried: {...settings, ...limited, mostAtOnce}};
}
