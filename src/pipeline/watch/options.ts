import {stat} from "node:fs/promises";
import {isAbsolute, join} from "node:path";
import {parseJson} from "../../nouns/json-text";
import {between, type OptionTable, oneOf, resolveOptions, UserError, wholeNumber} from "../../nouns/options";
import type {ImageShape} from "../../nouns/samples";
import {readIfThere} from "../data/read-file";
import {decodeText} from "../data/text";
import {type ModelOutput, OUTPUTS} from "../model/load/answers";
import type {Device} from "../model/load/device";
import {runOptions} from "../run/options";
import {feedProblem, feedsFrom, feedWords} from "./feeds";

/** The options of a watch. If the user does not give one, it comes from `watch.json` or from the checkpoints. */
export interface WatchOptions {
  readonly data: string;
  readonly dataUrl: string;
  readonly imageSize: number;
  readonly testLimit: number;
  readonly maxPixels: number;
  readonly maxData: number;
  readonly model: string;
  readonly pattern: string;
  readonly classes: string;
  readonly size: string;
  readonly layout: "auto" | "nchw" | "nhwc";
  readonly scale: string;
  readonly mean: string;
  readonly std: string;
  readonly output: ModelOutput;
  readonly outputName: string;
  readonly inputName: string;
  readonly feed: string;
  readonly layer: string;
  readonly once: boolean;
  readonly until: number;
  readonly idle: string;
  readonly threads: number;
  readonly device: Device;
  readonly probes: string;
  readonly every: number;
  readonly samples: string;
  readonly projector: number;
  readonly logs: "plain" | "exigo";
  readonly keepEpochs: number;
  readonly seed: number;
  readonly save: string;
  readonly name: string;
}

export const numbersIn = (words: string) => words.split(",").map(Number);
const listed = (words: string) =>
  words !== "" && numbersIn(words).every(Number.isFinite) ? undefined : "numbers with commas between";
const SIZE = /^(\d+)x(\d+)x([13])$/;
const sized = (word: string) =>
  word === "" || SIZE.test(word) ? undefined : "height x width x channels like 224x224x3, or nothing";

const {dataUrl, imageSize, testLimit, maxPixels, maxData, probes, samples, projector, logs, keepEpochs} = runOptions;
const {seed, save, name} = runOptions;

export const watchOptions: OptionTable<WatchOptions> = {
  data: {
    default: "",
    help: "the test images: mnist, a folder with one folder of images for each class, or a folder with idx files",
  },
  dataUrl,
  imageSize,
  testLimit,
  maxPixels,
  maxData,
  model: {
    default: "",
    help: "the network (.onnx), if the checkpoints hold only weights; default: the .onnx in the same folder",
  },
  pattern: {
    default: "",
    help: "the files' names, with {epoch} in place of the number: 'net-{epoch}-*.pt'; by default the epoch is the number after \"epoch\", else the last number",
  },
  classes: {
    default: "",
    help: "class names of the network's outputs: a file, or names separated by commas; default: the data's",
  },
  size: {default: "", help: "size of the network's input, such as 32x32x3, if its file does not say", check: sized},
  layout: {
    default: "auto",
    help: "order of the input's sizes: nchw, nhwc or auto",
    check: oneOf("auto", "nchw", "nhwc"),
  },
  scale: {default: "1", help: "the network's input is (pixel in 0..1 × scale − mean) / std", check: listed},
  mean: {default: "0", help: "one number, or one for each channel", check: listed},
  std: {default: "1", help: "one number, or one for each channel", check: listed},
  output: {
    default: "auto",
    flag: "scores",
    help: "the network's outputs: probabilities, logits (scores), sigmoid, or auto: told by its last nodes, else by its numbers",
    check: oneOf(...OUTPUTS),
  },
  outputName: {default: "", help: "the name of the output to look at, if the network has several"},
  inputName: {default: "", help: "the name of the input that takes the images, if the network has several"},
  feed: {
    default: "",
    help: "values of the other inputs, the same for every image: NAME=NUMBER or NAME=FILE.npy, separated by commas",
    check: feedProblem,
  },
  layer: {default: "", help: "the node or tensor that the map shows; default: the one that feeds the last dense layer"},
  once: {default: false, help: "look at the checkpoints that exist now, then end"},
  until: {
    default: 0,
    words: {none: 0},
    help: "end after this epoch; none: wait for the next until Ctrl-C",
    check: wholeNumber,
  },
  idle: {
    default: "",
    help: "end if no new checkpoint comes for this long: 90s, 10m, 2h; none: wait until Ctrl-C",
    check: (time) => (time === "" || TIME.test(time) ? undefined : "a time like 90s, 10m or 2h"),
  },
  threads: {
    default: 1,
    help: "threads of onnxruntime; more threads than free cores are slower",
    check: between(1, 256),
  },
  device: {
    default: "cpu",
    help: "for ONNX: cpu, or gpu by onnxruntime's WebGPU, whose numbers differ by rounding",
    check: oneOf<Device>("cpu", "gpu"),
  },
  probes,
  every: {...runOptions.every, help: "probe after every this many epochs; the figures of all epochs are kept"},
  samples,
  projector,
  logs,
  keepEpochs,
  seed,
  save,
  name,
};

const TIME = /^(\d+(?:\.\d+)?)(s|m|h)$/;
const SECONDS: {readonly [unit: string]: number} = {s: 1, m: 60, h: 3600};

/** Reads a time from the user, in milliseconds; infinite if there is none. */
export function idleTime(time: string): number {
  const [, count, unit] = TIME.exec(time) ?? [];
  return count === undefined ? Number.POSITIVE_INFINITY : 1000 * Number(count) * SECONDS[unit];
}

/** The names that `watch.json` may use: its own, and those of the flags. */
const NAMES: {readonly [name: string]: keyof WatchOptions} = {
  classNames: "classes",
  imageShape: "size",
  scores: "output",
};
const SAYS = ["data", "model", "pattern", "classes", "size", "layout", "scale", "mean", "std", "output"] as const;
const KNOWN = [
  "format",
  ...SAYS,
  "outputName",
  "inputName",
  "feed",
  "layer",
  "imageSize",
  "seed",
  ...Object.keys(NAMES),
  "input",
];
export const WATCH_FORMAT = "epochscope-watch/1";

/** The options that were given, and who gave them. */
export interface Told {
  readonly options: WatchOptions;
  /** The class names in watch.json itself. */
  readonly classNames?: readonly string[];
  /** Says in words what the flags and watch.json say about the network; "" if they say nothing. */
  readonly words: string;
}

/**
 * The options: flags first, then `watch.json`, then the defaults.
 *
 * @throws UserError that names the file and the field.
 */
export async function watchOptionsOf(folder: string, given: {readonly [name: string]: unknown}): Promise<Told> {
  if ((await stat(folder).catch(() => undefined))?.isFile()) {
    throw new UserError(`${folder}: expected a folder of checkpoints, got a file`);
  }
  const path = join(folder, "watch.json");
  const bytes = await readIfThere(path, {most: 16e6});
  const said = bytes ? fieldsOf(parseJson(decodeText(bytes, path), path), path) : {};
  const {classNames, ...fields} = said;
  // paths in the file are relative to its folder
  for (const name of ["data", "model", "classes"]) {
    const value = fields[name];
    if (typeof value === "string" && value !== "mnist" && !isAbsolute(value)) fields[name] = join(folder, value);
  }
  if (bytes) resolveOptions(watchOptions, fields, `${path}: `);
  if (typeof fields.feed === "string") fields.feed = feedsFrom(folder, fields.feed);
  const options = resolveOptions(watchOptions, {...fields, ...given}, "--");
  const isOwn = given.classes === undefined && Array.isArray(classNames);
  const words = Object.keys({...fields, ...(isOwn ? {classNames} : {})}).join(", ");
  return {options, ...(isOwn ? {classNames: classNames as string[]} : {}), words: words && `${path}: ${words}`};
}

function fieldsOf(value: unknown, path: string): {[name: string]: unknown} {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UserError(`${path}: expected an object, got ${JSON.stringify(value).slice(0, 40)}`);
  }
  const {format = WATCH_FORMAT, input = {}, ...all} = {...value} as {[name: string]: unknown};
  if (format !== WATCH_FORMAT)
    throw new UserError(`${path}: expected format ${WATCH_FORMAT}, got ${JSON.stringify(format)}`);
  const fields: {[name: string]: unknown} = {};
  for (const [key, own] of Object.entries({...(input as object), ...all})) {
    if (!KNOWN.includes(key))
      throw new UserError(`${path}: expected one of ${KNOWN.join(", ")}, got ${JSON.stringify(key)}`);
    const name = NAMES[key] ?? key;
    if (name === "classes" && Array.isArray(own)) fields.classNames = texts(own, `${path}: ${key}`);
    else if (name === "size") fields.size = Array.isArray(own) ? own.join("x") : own;
    else if (["scale", "mean", "std"].includes(name)) fields[name] = Array.isArray(own) ? own.join(",") : `${own}`;
    else fields[name] = name === "feed" ? feedWords(own) : own;
  }
  return fields;
}

function texts(list: readonly unknown[], what: string): string[] {
  const odd = list.find((one) => typeof one !== "string" && typeof one !== "number");
  if (odd !== undefined) throw new UserError(`${what}: expected a list of names, got ${JSON.stringify(odd)} in it`);
  if (list.length < 2) throw new UserError(`${what}: expected two names or more, got ${list.length}`);
  return list.map(String);
}

/** Reads a size from the user; undefined if there is none. */
export function shapeOf(size: string): ImageShape | undefined {
  const parts = SIZE.exec(size);
  return parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3])] : undefined;
}
