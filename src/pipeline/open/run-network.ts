import {existsSync} from "node:fs";
import {join} from "node:path";
import {UserError} from "../../nouns/options";
import type {Dataset} from "../../nouns/samples";
import {byteSplit} from "../data/split";
import type {ModelOutput} from "../model/load/answers";
import type {LoadSettings} from "../model/load/load-settings";
import type {RunFile} from "../record/run-file";
import {readTestImages} from "../record/test-images";
import {noImages} from "../watch/array-data";
import {readFeeds} from "../watch/feeds";

/** A run's best network: its file, and how to ask it. */
export interface RunNetwork {
  readonly model: string;
  readonly load: Pick<
    LoadSettings,
    "input" | "output" | "outputName" | "inputName" | "feeds" | "imageShape" | "classNames"
  >;
}

/**
 * The best network of a run that trained it, or of one that watched it.
 *
 * @throws UserError if the run only watched answers, and has no network.
 */
export async function networkOfRun(path: string, {kind, data, options, watch, name}: RunFile): Promise<RunNetwork> {
  const own = join(path, "model", "model.json");
  const rest = {imageShape: data.imageShape, classNames: data.classNames};
  if (kind !== "watch") {
    return {model: own, load: {...rest, input: {scale: 1, mean: [0], std: [1]}, output: "probabilities"}};
  }
  const onnx = join(path, "model", "model.onnx");
  const model = existsSync(onnx) ? onnx : own;
  if (!existsSync(model)) {
    throw new UserError(`${name}: expected a run with a network, got one that watched only answers`, {
      code: "NOT_FOUND",
    });
  }
  const {layout, scale, mean, std} = (watch?.found ?? {}) as LoadSettings["input"]; // as `watch` wrote it
  const {
    output,
    outputName,
    inputName,
    feed = "",
  } = options as {
    readonly output: ModelOutput;
    readonly outputName: string;
    readonly inputName?: string; // runs of earlier versions have none
    readonly feed?: string;
  };
  const input = {scale, mean, std, ...(layout === undefined ? {} : {layout})};
  const named = {...(outputName ? {outputName} : {}), ...(inputName ? {inputName} : {})};
  return {model, load: {...rest, input, output, ...named, ...(feed ? {feeds: await readFeeds(feed)} : {})}};
}

/** The data of a run that watched: the test images that it keeps. */
export function keptTestData(path: string, {data}: RunFile): Dataset {
  const {count, shape, pixels, labels, files} = readTestImages(path);
  const test = byteSplit({shape: [count, ...shape], values: pixels}, labels, shape, files);
  const none = noImages(shape);
  return {
    name: data.name,
    imageShape: shape,
    classNames: data.classNames,
    train: none,
    validation: none,
    test,
    digest: data.digest ?? "",
  };
}
