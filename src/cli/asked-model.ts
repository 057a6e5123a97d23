import {existsSync} from "node:fs";
import {join} from "node:path";

import type {Variant} from "../engine/index";
import {UserError} from "../nouns/options";
import type {Dataset} from "../nouns/samples";
import type {LoadedClassifier, LoadedNetwork} from "../pipeline/model/load/black-box";
import type {LoadSettings} from "../pipeline/model/load/load-settings";
import {readClassNames} from "../pipeline/open/model-file";
import {keptTestData, networkOfRun} from "../pipeline/open/run-network";
import {readWeights} from "../pipeline/record/epoch-weights";
import {findRun} from "../pipeline/record/run-directory";
import {type RunFile, readRunFile} from "../pipeline/record/run-file";
import {runReference} from "../pipeline/record/run-reference";
import type {EngineName} from "../pipeline/run/choose-engine";
import {dataPlaces} from "../pipeline/run/data";
import {begunOptions, reopenedData} from "../pipeline/run/reopened";
import {readFeeds} from "../pipeline/watch/feeds";
import {checkKeptEpoch, epochNumber} from "./asked-epoch";
import {type ExplainFlags, numbers, shapeOf} from "./explain-flags";
import {dataSubject, fileSubject, type ImageWord, imageWords, ofRun, type Subject} from "./image-words";
import {noteOldWay} from "./notes";
import {openStrangeNetwork, type openStranger} from "./stranger";

/** Receives what a model reports about itself while it is opened. */
export type Telling = Required<Pick<LoadSettings, "verbose" | "say">>;

/** A function that opens a model's file. */
export type Opening = typeof openStranger;

/**
 * Opens a model with its gradients.
 *
 * @throws UserError if it has no gradients; the error says what works without them.
 */
export function withGradients(method: string): Opening {
  return async (path, engine, settings, maxMemory) => {
    const network = await openStrangeNetwork(path, engine, settings, maxMemory);
    const {noGradient} = network;
    if (noGradient === undefined) return network;
    await network.dispose();
    const why = noGradient.replace(/^no gradients[^:]*: /, "").replace(/; what asks from outside.*$/, "");
    throw new UserError(
      `${path}: expected gradients for --method ${method}, got none: ${why}; --method lime and occlusion work with it`,
      {code: "NO_GRADIENT"},
    );
  };
}

/** The flags that choose the model, and say how to read images for it. */
export type AskedOptions = Omit<AskingFlags, "run" | "imageIndex"> & Partial<Pick<AskingFlags, "run" | "imageIndex">>;

type AskingFlags = Pick<
  ExplainFlags,
  | (
      | "model"
      | "run"
      | "imageIndex"
      | "classes"
      | "size"
      | "layout"
      | "scale"
      | "mean"
      | "std"
      | "output"
      | "outputName"
      | "inputName"
      | "feed"
    )
  | ("maxMemory" | "fit" | "invert" | "maxPixels" | "engine" | "save" | "device")
>;

/** An open model, and the images that it will be asked about. */
export interface Asked {
  readonly classifier: LoadedClassifier;
  readonly words: readonly ImageWord[];
  /** Reads one of the images in the form that the model needs. */
  read(word: ImageWord): Promise<Subject>;
  /** The model's file, or the run's name. */
  readonly model: string;
}

/**
 * Opens the model that a command line names, for the images that it names.
 *
 * @param typed The images as the user typed them: files, folders, `test:8`.
 */
export async function askedModel(
  options: AskedOptions,
  typed: readonly string[],
  {command, telling, opening}: Open,
): Promise<Asked> {
  const {model, run = "", imageIndex = ""} = options;
  if (model && run) throw new UserError("--model: expected only one of --model and --run, got both");
  if (run) noteOldWay("--run RUN", "--model RUN");
  if (imageIndex) noteOldWay("--image-index 8", "test:8");
  const words = await imageWords([...typed, ...(imageIndex ? [`test:${imageIndex}`] : [])]);
  if (words.length === 0) {
    throw new UserError(`${command}: expected images (cat.jpg, a folder, test:8), got none`, {code: "BAD_OPTION"});
  }
  const isFile = model !== "" && (/\.(onnx|json)$/i.test(model) || isThere(model));
  const open = {command, telling, opening};
  return isFile ? fromModel(options, words, open) : fromRun(options, run || model || "latest", words, open);
}

/** Whether a path is a file, or a folder that is not a run. */
function isThere(path: string): boolean {
  return existsSync(path) && !existsSync(join(path, "run.json"));
}

interface Open {
  /** The name of the command, for errors. */
  readonly command: string;
  readonly telling: Telling;
  readonly opening: Opening;
}

async function fromModel(options: AskedOptions, words: readonly ImageWord[], {telling, opening}: Open): Promise<Asked> {
  const {layout, scale, mean, std, output, outputName, inputName, feed, size, classes, engine} = options;
  const {names, notes = []} = classes ? await readClassNames(classes) : {};
  for (const note of notes) telling.say(note);
  const load = {
    ...telling,
    input: {scale: Number(scale), mean: numbers(mean), std: numbers(std), ...(layout === "auto" ? {} : {layout})},
    output,
    ...(outputName ? {outputName} : {}),
    ...(inputName ? {inputName} : {}),
    ...(feed ? {feeds: await readFeeds(feed)} : {}),
    ...(size ? {imageShape: shapeOf(size)} : {}),
    ...(names ? {classNames: names} : {}),
  };
  const ofData = words.find((word) => word.kind === "data");
  if (ofData) {
    const where = `${ofData.word}: expected --model to name the run that has this image, got ${options.model}`;
    throw new UserError(where, {code: "BAD_OPTION"});
  }
  const classifier = await opening(
    options.model,
    engine,
    {...load, device: options.device},
    options.maxMemory * 2 ** 30,
  );
  const read = async (word: ImageWord) => {
    if (word.kind === "data") throw new Error("a run's image: expected a run"); // refused above
    return fileSubject(word.path, classifier, options);
  };
  return {classifier, words, read, model: options.model};
}

async function fromRun(
  options: AskedOptions,
  name: string,
  typed: readonly ImageWord[],
  {command, telling, opening}: Open,
): Promise<Asked> {
  const {name: run, epoch} = runReference(name);
  const directory = await findRun(options.save, run);
  const {path} = directory;
  const file = readRunFile(path);
  // `explain` asks the run's own engine; tfjs answers if an engine is asked for by name
  const isOwn = command === "explain" && options.engine === "auto" && file.kind !== "watch";
  if (epoch !== undefined && !isOwn) {
    const why = command !== "explain" ? `for ${command}` : file.kind === "watch" ? "that watched" : "with --engine";
    throw new UserError(`${name}: expected no epoch of a run ${why}, got ${name}`, {code: "BAD_OPTION"});
  }
  const at = epoch === undefined ? undefined : await epochNumber(directory, epoch);
  const own = isOwn ? await ownClassifier(path, file, telling, at) : undefined;
  const classifier = own ?? (await openedFrom(options, path, file, {telling, opening}));
  const words = ofRun(typed, (image) => hasFile(path, file, image));
  const needsData = words.some(({kind}) => kind === "data"); // reading it may take a while
  const data = needsData ? await dataOfRun(path, file) : undefined;
  const read = (word: ImageWord) =>
    // the data have been read if a word needs them
    word.kind === "file" ? fileSubject(word.path, classifier, options) : dataSubject(word.word, data as Dataset);
  return {classifier, words, read, model: file.name};
}

async function openedFrom(
  options: AskedOptions,
  path: string,
  file: RunFile,
  {telling, opening}: Pick<Open, "telling" | "opening">,
): Promise<LoadedClassifier> {
  const {model, load} = await networkOfRun(path, file);
  const settings = {...telling, ...load, device: options.device};
  return opening(model, options.engine, settings, options.maxMemory * 2 ** 30);
}

/**
 * A run's network on the engine that the run used, so that its answers and gradients have the run's bits; undefined if
 * this engine is not here.
 *
 * @param epoch The epoch whose weights it gets; by default the best.
 */
async function ownClassifier(
  path: string,
  {engine, data, options, name}: RunFile,
  {say}: Telling,
  epoch: number | undefined,
): Promise<LoadedNetwork | undefined> {
  if (epoch !== undefined) await checkKeptEpoch(path, name, epoch);
  const {openKeptNetwork}: typeof import("../pipeline/kept-network") = require("../pipeline/kept-network");
  const {optimizer, threads} = begunOptions(path, {options});
  const kernels = engine.kernels === undefined ? {} : {kernels: engine.kernels as Variant}; // as the run wrote it
  try {
    const opening = {optimizer, threads, engine: engine.name as EngineName, ...kernels};
    const {network, dispose} = await openKeptNetwork(path, data, opening);
    if (epoch !== undefined) await network.setWeights(await readWeights(path, epoch));
    const understood = `${network.classNames.length} probabilities (of the run's own engine, ${engine.name})`;
    return {...network, understood, dispose};
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "NO_ENGINE" || epoch !== undefined) throw error;
    say(`the run's engine is not here: ${error.message}; another answers, whose numbers differ by rounding`);
    return undefined;
  }
}

/** Whether a run's data contain a file of this path, relative to their folder. */
export function hasFile(path: string, file: RunFile, image: string): boolean {
  if (file.kind === "watch") return keptTestData(path, file).test.files?.includes(image) === true;
  return dataPlaces(path, file).some((place) => existsSync(join(place, image)));
}

async function dataOfRun(path: string, file: RunFile): Promise<Dataset> {
  if (file.kind === "watch") return keptTestData(path, file);
  return reopenedData(path, file);
}
