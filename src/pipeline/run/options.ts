import {VARIANTS, type Variant} from "../../engine/index";
import {between, type OptionTable, oneOf, positiveInteger, seedNumber, wholeNumber} from "../../nouns/options";
import {MOST_PIXELS} from "../data/images/image-file";
import {type ModelName, type ModelOptions, models} from "../model/index";
import {isModelFile, type ModelFile} from "../model/own/model-file";
import {registeredModel, registeredModels} from "../model/own/registered";
import {type OptimizerName, optimizerNamed} from "../model/tf/optimizer";
import {mlpOptions} from "../model/zoo/mlp";
import {vitOptions} from "../model/zoo/vit";
import {probes} from "../probes/index";
import {KEEP_EPOCHS} from "../record/kept-epochs";
import type {LogNames} from "../record/tensorboard/epoch-log";
import type {Augmentation, AugmentOptions, Flip} from "../training/augment/ranges";
import {BATCH} from "../training/length";
import {type EngineName, engineNamed} from "./choose-engine";
import {samplesNamed} from "./samples";
import {trackNamed} from "./track-named";

export interface RunOptions extends AugmentOptions, ModelOptions {
  readonly data: string;
  readonly imageSize: number;
  readonly maxPixels: number;
  readonly maxData: number;
  readonly dataUrl: string;
  readonly from: string;
  readonly edit: string;
  readonly trainLimit: number;
  readonly testLimit: number;
  readonly model: "auto" | ModelName | ModelFile;
  readonly weights: string;
  readonly freeze: string;
  readonly engine: EngineName;
  readonly threads: number;
  readonly kernels: "auto" | Variant;
  readonly epochs: number;
  readonly patience: number;
  readonly pageModel: boolean;
  readonly classWeights: "none" | "balanced";
  readonly folds: number;
  readonly batchSize: number;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly schedule: "auto" | "one-cycle" | "constant";
  readonly probes: string;
  readonly every: number;
  readonly checkpointEvery: number;
  readonly samples: string;
  readonly track: string;
  readonly columns: string;
  readonly dynamicsPass: "presented" | "after";
  readonly projector: number;
  readonly logs: LogNames;
  readonly keepEpochs: number;
  readonly seed: number;
  readonly save: string;
  readonly name: string;
}

const WITHOUT_LIMIT = 1e9;
const limit = (value: number) => (Number.isInteger(value) && value >= 24 ? undefined : "a whole number, 24 or more");

/** The single list of the run's options. The flags, `--help`, the checks and run.json are all made from it. */
export const runOptions: OptionTable<RunOptions> = {
  data: {
    default: "mnist",
    help: "mnist, a folder with the four idx files, or one with a folder of PNG and JPEG images for each class (or train, val and test with such folders)",
  },
  imageSize: {
    default: 0,
    words: {auto: 0},
    help: "of a folder of images: pixels a side; auto: as they are if all are alike and at most 64, else 64",
    check: (size) =>
      size === 0 || (Number.isInteger(size) && size >= 8 && size <= 512) ? undefined : "auto, or 8 to 512",
  },
  maxPixels: {
    default: MOST_PIXELS,
    help: "the largest image that is decoded, in pixels; a larger one is refused before it takes memory",
    check: positiveInteger,
  },
  maxData: {
    default: 2,
    help: "the most memory that the images may take, in GiB",
    check: between(0.001, 1000),
  },
  dataUrl: {default: "", help: "a mirror of MNIST's four .gz files, for where the package's are missing or damaged"},
  from: {
    default: "",
    help: "begin with the options of this run (a name or a folder); other flags given stand over them",
  },
  edit: {
    default: "",
    help: "drop and relabel images first: a run's suspects.csv, its column decision filled in with drop, relabel or keep",
  },
  trainLimit: {
    default: WITHOUT_LIMIT,
    words: {all: WITHOUT_LIMIT},
    help: "use at most this many training images; a twelfth is held out to validate",
    check: limit,
  },
  testLimit: {
    default: WITHOUT_LIMIT,
    words: {all: WITHOUT_LIMIT},
    help: "use at most this many test images",
    check: limit,
  },
  model: {
    default: "auto",
    help: `${Object.keys(models).join(", ")}; a file of yours (net.ts, net.js) that makes one; or auto: deep for colour pictures of 64 pixels a side and more, else cnn`,
    check: (word) =>
      isModelFile(word) || registeredModel(word)
        ? undefined
        : oneOf("auto", ...(Object.keys(models) as ModelName[]))(word) &&
          `${["auto", ...Object.keys(models), ...registeredModels()].join(", ")} or a file net.ts or net.js`,
  },
  weights: {
    default: "",
    help: "begin with the weights of a run's best epoch (a name or a folder) or of a model.json, not with random ones",
  },
  freeze: {default: "", help: "layers whose weights stay as they are: names with commas between, * for anything"},
  ...mlpOptions,
  ...vitOptions,
  engine: {default: "auto", help: "what computes: auto, fused, tensorflow, wasm, cpu", check: engineNamed},
  threads: {
    default: 0,
    words: {auto: 0},
    help: "of the fused engine; auto: as many as there are cores, up to 8; any number gives the same bits",
    check: between(0, 64),
  },
  kernels: {
    default: "auto",
    help: "of the fused engine: plain gives the same bits on every machine; fused-multiply-add is faster and rounds differently; auto takes it where the processor has that instruction",
    check: oneOf("auto", ...VARIANTS),
  },
  epochs: {
    default: 0,
    words: {auto: 0},
    help: "passes over the training images; auto: 5, or of a folder of pictures as many as make 650 steps, 5 to 30",
    check: wholeNumber,
  },
  patience: {
    default: 0,
    words: {none: 0},
    help: "end once the validation loss has not been lower for so many epochs; none: after all epochs",
    check: wholeNumber,
  },
  pageModel: {
    default: false,
    help: "put the best network into the page, which then answers to what you draw or drop; up to 500,000 weights",
  },
  classWeights: {
    default: "none",
    help: "balanced: an image of a rare class counts for more in the loss, so that all classes count alike; none: all images do",
    check: oneOf("none", "balanced"),
  },
  folds: {
    default: 0,
    words: {none: 0},
    help: "besides, train this many networks, each on all images but a share, and ask it about that: finds wrong labels anywhere",
    check: (folds) =>
      folds === 0 || (Number.isInteger(folds) && folds >= 2 && folds <= 20)
        ? undefined
        : "0, or a whole number from 2 to 20",
  },
  batchSize: {
    default: 0,
    words: {auto: 0},
    help: "images a gradient step; auto: 64, or of a folder of pictures so few that an epoch has 30 steps, 8 at least",
    check: wholeNumber,
  },
  optimizer: {default: "adam", help: "adam, sgd (momentum 0.9), rmsprop", check: optimizerNamed},
  learningRate: {
    default: 0,
    words: {auto: 0},
    help: "auto: the optimizer's own (adam 0.004, for the deep model 0.01, for vit 0.002; sgd 0.1; rmsprop 0.002)",
    check: (rate) => (rate >= 0 && rate <= 10 ? undefined : "a number from 0 to 10"),
  },
  schedule: {
    default: "auto",
    help: "one-cycle (up to the rate and down), constant, or auto: constant if you give a rate, else one-cycle",
    check: oneOf("auto", "one-cycle", "constant"),
  },
  augment: {
    default: "auto",
    help: "changes training images by chance: none, digits, photos, or auto: photos for folders of pictures in colour, digits for grey ones",
    check: oneOf<"auto" | Augmentation>("auto", "none", "digits", "photos"),
  },
  augmentShift: {default: "auto", help: "of the width and height, each way: 0.1", check: autoOr(0, 0.5)},
  augmentTurn: {default: "auto", help: "degrees, each way; 180: any", check: autoOr(0, 180)},
  augmentZoom: {default: "auto", help: "0.2: from 1 / 1.2 to 1.2 times as large", check: autoOr(0, 3)},
  augmentFlip: {
    default: "auto",
    help: "none, horizontal (left to right), vertical, both: of every other image",
    check: oneOf<"auto" | Flip>("auto", "none", "horizontal", "vertical", "both"),
  },
  augmentBrightness: {default: "auto", help: "of the range, each way: 0.1", check: autoOr(0, 0.5)},
  augmentContrast: {default: "auto", help: "0.2: from 1 / 1.2 to 1.2 times", check: autoOr(0, 3)},
  probes: {default: "all", help: `all, none, or some of ${probes.map(({name}) => name).join(",")}`, check: checkProbes},
  every: {
    default: 1,
    help: "probe before training, at every so many epochs, and after the last",
    check: positiveInteger,
  },
  checkpointEvery: {
    default: 20,
    help: "within an epoch, keep a checkpoint after so many seconds: what a kill costs at most; 0: at epochs' ends alone",
    check: between(0, 1e6),
  },
  samples: {
    default: "auto",
    help: "test images that every look explains, by their places (0,8,3520); auto: the first of each class",
    check: samplesNamed,
  },
  columns: {
    default: "",
    help: "a CSV file with what is known of the test images: a column index or file, and any others; the page finds the worst slices by them",
  },
  track: {
    default: "",
    help: "images followed within each epoch (3,8,test:2000, or files from the data's folder; 3 is train:3): their scores twenty times an epoch, and the weights of the last layer that they meet (track.csv, track-weights.csv, track.png)",
    check: trackNamed,
  },
  dynamicsPass: {
    default: "presented",
    help: "which answers to the training images are kept: presented, as each was learnt from, with dropout, before its step; after, by a pass over all at each epoch's end, without",
    check: oneOf("presented", "after"),
  },
  projector: {
    default: 1000,
    words: {none: 0},
    help: "test images in TensorBoard's projector at each epoch, or none",
    check: wholeNumber,
  },
  logs: {
    default: "plain",
    help: "names of the losses in TensorBoard: plain (loss/train, loss/validation, loss/test) or exigo (Loss/train, Loss/eval, Loss/test)",
    check: oneOf<LogNames>("plain", "exigo"),
  },
  keepEpochs: {
    default: KEEP_EPOCHS,
    words: {all: 0},
    help: "of a longer run about so many epochs have pictures and are in the page and TensorBoard: the first, last, best, and evenly between; the numbers of all are kept",
    check: (value) =>
      value === 0 || (Number.isInteger(value) && value >= 3) ? undefined : "0, or a whole number, 3 or more",
  },
  seed: {default: 0, help: "every stream of chance is derived from it; up to 2^53 - 1", check: seedNumber},
  save: {default: "save", help: "the folder that runs are kept in"},
  name: {default: "", help: "the run's folder in it; default: time, data and model"},
};

/** A check for a number that is "auto" unless the user gives one. */
function autoOr(low: number, high: number): (word: string) => string | undefined {
  return (word) => {
    const holds = word === "auto" || (word.trim() !== "" && Number(word) >= low && Number(word) <= high);
    return holds ? undefined : `auto, or a number from ${low} to ${high}`;
  };
}

/** Learning rates for batches of 64. */
const PEAK_RATES: Readonly<Record<OptimizerName, number>> = {adam: 0.004, sgd: 0.1, rmsprop: 0.002};
/**
 * With batch normalisation, the deep model learns faster and better with larger steps: 97 % instead of 94 % in
 * bench/shapes.ts.
 */
const DEEP_ADAM = 0.01;
/** A transformer needs smaller steps. */
const VIT_ADAM = 0.002;

/**
 * The learning rate that fits a model and a batch size. For plain gradient descent it grows in proportion to the batch
 * (Goyal et al. 2017); for Adam and RMSProp the batch size hardly matters.
 */
export function peakRate(optimizer: OptimizerName, model: string, batchSize: number): number {
  if (optimizer === "adam" && model === "deep") return DEEP_ADAM;
  if (optimizer === "adam" && model === "vit") return VIT_ADAM;
  const rate = PEAK_RATES[optimizer];
  return optimizer === "sgd" && batchSize < BATCH ? (rate * batchSize) / BATCH : rate;
}

function checkProbes(value: string): string | undefined {
  const names = probes.map(({name}) => name);
  const known = ["all", "none"].includes(value) || value.split(",").every((name) => names.includes(name));
  return known ? undefined : `all, none, or some of ${names.join(",")}`;
}
