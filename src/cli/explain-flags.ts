import {existsSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {
  between,
  type OptionTable,
  oneOf,
  positiveInteger,
  resolveOptions,
  seedNumber,
  UserError,
  wholeNumber,
} from "../nouns/options";
import type {ImageShape} from "../nouns/samples";
import {methods} from "../pipeline/attribution/methods/index";
import type {Fit} from "../pipeline/data/images/fit-image";
import {MOST_PIXELS} from "../pipeline/data/images/most-pixels";
import {type ModelOutput, OUTPUTS} from "../pipeline/model/load/answers";
import type {Device} from "../pipeline/model/load/device";
import {type ModelEngine, readJson} from "../pipeline/open/model-file";
import {feedProblem} from "../pipeline/watch/feeds";
import {givenOf} from "./flags";
import {checkWorkers} from "./queue-of";
import {STORE} from "./store-of";

export interface ExplainFlags {
  readonly model: string;
  readonly preset: string;
  readonly run: string;
  readonly imageIndex: string;
  readonly classes: string;
  readonly method: string;
  readonly class: string;
  readonly top: number;
  readonly size: string;
  readonly layout: "auto" | "nchw" | "nhwc";
  readonly scale: string;
  readonly mean: string;
  readonly std: string;
  readonly output: ModelOutput;
  readonly outputName: string;
  readonly inputName: string;
  readonly feed: string;
  readonly maxMemory: number;
  readonly fit: Fit;
  readonly invert: boolean;
  readonly maxPixels: number;
  readonly engine: ModelEngine;
  readonly device: Device;
  readonly training: boolean;
  readonly workers: string;
  readonly store: string;
  readonly remove: number;
  readonly coverage: number;
  readonly minWeight: number;
  readonly curves: boolean;
  readonly seed: number;
  readonly save: string;
  readonly out: string;
  readonly open: boolean;
}

/** Numbers with commas between. */
export const numbers = (words: string) => words.split(",").map(Number);
const listed = (words: string) =>
  words !== "" && numbers(words).every(Number.isFinite) ? undefined : "numbers with commas between";

export const explainFlags: OptionTable<ExplainFlags> = {
  model: {
    default: "",
    help: "which network: a run (latest, if you name none), an .onnx file, or a tfjs model.json (layers or graph)",
  },
  preset: {
    default: "",
    help: "a JSON file that sets these flags by their names; paths in it are relative to its folder",
  },
  run: {default: "", help: "the old way to write --model RUN"},
  imageIndex: {default: "", help: "the old way to write test:8: places in the test split, with commas between"},
  classes: {
    default: "",
    help: "class names: one on each line, a JSON list, or a JSON object from index to name or from name to index; default 0, 1, …",
  },
  method: {
    default: "lime",
    help: `lime (segments), or a map of pixels: ${methods.map(({name}) => name).join(", ")}`,
    check: oneOf("lime", ...methods.map(({name}) => name)),
  },
  class: {
    default: "predicted",
    flag: "target",
    help: "the class to explain: predicted (the most probable), label (the true one of a run's image), a name, or an index",
  },
  top: {default: 1, help: "explain this many of the most probable classes", check: positiveInteger},
  size: {default: "", help: "size of the input, such as 224x224x3, if the model does not say"},
  layout: {
    default: "auto",
    help: "order of the input's sizes: nchw, nhwc or auto",
    check: oneOf("auto", "nchw", "nhwc"),
  },
  scale: {default: "1", help: "the input is (pixel in 0..1 × scale − mean) / std", check: listed},
  mean: {default: "0", help: "one number, or one for each channel", check: listed},
  std: {default: "1", help: "one number, or one for each channel", check: listed},
  output: {
    default: "auto",
    flag: "scores",
    help: "the model's outputs: probabilities (one class excludes the others), sigmoid (independent ones), logits (scores), or auto: told by its last nodes, else by its numbers",
    check: oneOf(...OUTPUTS),
  },
  outputName: {default: "", help: "the name of the output to explain, if the model has several"},
  inputName: {default: "", help: "the name of the input that takes the images, if the model has several"},
  feed: {
    default: "",
    help: "values of the other inputs, the same for every image: NAME=NUMBER or NAME=FILE.npy, separated by commas",
    check: feedProblem,
  },
  fit: {
    default: "crop",
    help: "if an image has other proportions: crop its middle, or stretch it",
    check: oneOf("crop", "stretch"),
  },
  maxPixels: {default: MOST_PIXELS, help: "the largest image that is decoded, in pixels", check: positiveInteger},
  invert: {default: false, help: "swap light and dark (for ink on paper and a model that learnt white on black)"},
  engine: {
    default: "auto",
    help: "for tfjs: auto, tensorflow, wasm, cpu",
    check: oneOf("auto", "tensorflow", "wasm", "cpu"),
  },
  device: {
    default: "cpu",
    help: "for ONNX: cpu, or gpu by onnxruntime's WebGPU, whose numbers differ by rounding",
    check: oneOf<Device>("cpu", "gpu"),
  },
  maxMemory: {
    default: 1,
    help: "the most memory that the model may take for an image, in GiB, in addition to four times the size of its files",
    check: between(0.1, 1000),
  },
  training: {
    default: false,
    help: "for an image of a run's data: find the training images that speak most for its answer, and those against it (TracIn at the last layer)",
  },
  workers: {
    default: "auto",
    help: "for test:all: how many threads explain images (auto: one for each core, up to 16), or a queue, redis://host:6379 or rediss://…, whose workers do; all give the same bytes",
    check: checkWorkers,
  },
  store: {...STORE, help: `for test:all: ${STORE.help}`},
  remove: {
    default: 0,
    words: {none: 0},
    help: "remove this many segments and ask again, until the class changes; none: do not",
    check: wholeNumber,
  },
  coverage: {
    default: 1,
    help: "paint the strongest segments until they cover this share of the image",
    check: between(0.001, 1),
  },
  minWeight: {
    default: 0,
    help: "paint no segment that changes the probability by less than this",
    check: between(0, 1),
  },
  curves: {default: false, help: "draw deletion and insertion curves beside random and edge controls"},
  seed: {default: 0, help: "the start of all random draws; a whole number up to 2^53 - 1", check: seedNumber},
  save: {default: "save", help: "the folder that runs are kept in"},
  out: {default: "", help: "the folder to write to; default: explain in --save"},
  open: {default: false, help: "open the first picture"},
};

/** The model that `npm run setup:photos` downloads. */
const PHOTO_MODEL = "efficientnet-lite0";

/**
 * If `--model NAME` is a model in `save/data/models`, its preset is added to the flags. A run of that name takes
 * precedence.
 */
function withPresetOf(flags: {readonly [name: string]: unknown}): {readonly [name: string]: unknown} {
  const {model, preset, save = explainFlags.save.default} = flags;
  if (typeof model !== "string" || preset || !/^[\w-]+(\.[\w-]+)*$/.test(model)) return flags;
  if (existsSync(join(`${save}`, model, "run.json"))) return flags;
  const folder = join(`${save}`, "data", "models", model);
  const path = join(folder, "preset.json");
  const {model: _, ...rest} = flags;
  if (existsSync(path)) return {...rest, preset: path};
  if (model !== PHOTO_MODEL) return flags;
  throw new UserError(
    `--model ${model}: expected its files in ${folder}, got none; npm run setup:photos downloads them`,
    {
      code: "NOT_FOUND",
    },
  );
}

/** The values of all flags: those that were given, then the preset's, then the defaults. */
export async function explainOptionsOf(given: {readonly [flag: string]: unknown}): Promise<ExplainFlags> {
  const flags = withPresetOf(givenOf(given, explainFlags, ""));
  if (!flags.preset) return resolveOptions(explainFlags, flags, "--");
  const path = `${flags.preset}`;
  const preset = await readJson(path);
  if (typeof preset !== "object" || preset === null || Array.isArray(preset)) {
    throw new UserError(`${path}: expected an object of flags by name, got ${JSON.stringify(preset).slice(0, 40)}`);
  }
  const asFlags = Object.entries(preset).map(([name, value]) => {
    const words = Array.isArray(value) ? value.join(",") : value;
    // scale, mean and std are words on the command line; files stand beside the preset
    if (["scale", "mean", "std"].includes(name)) return [name, `${words}`];
    const key = name === "target" ? "class" : name === "scores" ? "output" : name; // by the flag's name
    return [key, ["model", "classes"].includes(name) ? resolve(dirname(path), `${words}`) : words];
  });
  return resolveOptions(explainFlags, {...Object.fromEntries(asFlags), ...flags}, "--");
}

/** A size as the user writes it. */
export function shapeOf(size: string): ImageShape {
  const parts = /^(\d+)x(\d+)x([13])$/.exec(size);
  if (!parts) throw new UserError(`--size: expected height x width x channels like 224x224x3, got "${size}"`);
  return [Number(parts[1]), Number(parts[2]), Number(parts[3])];
}
