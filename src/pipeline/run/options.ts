/** @file The options of a run. Past 250 lines: one table, an entry for each flag. */

import {VARIANTS, type Variant} from "../../engine/index";
import {between, type OptionTable, oneOf, positiveInteger, seedNumber, wholeNumber} from "../../nouns/options";
import {MOST_PIXELS} from "../data/images/most-pixels";
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
  readonly testSeed: number;
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
    help: "mnist, a folder with the four idx files, or a folder with one folder of PNG and JPEG images for each class (or with folders train, val and test that have such folders)",
    check: (value) => (value === "" ? "mnist or a folder" : undefined), // "" would be the folder that one stands in
  },
  imageSize: {
    default: 0,
    words: {auto: 0},
    help: "for a folder of images: their height and width in pixels; auto: unchanged if all have the same size of at most 64, else 64",
    check: (size) =>
      size === 0 || (Number.isInteger(size) && size >= 8 && size <= 512) ? undefined : "auto, or 8 to 512",
  },
  maxPixels: {
    default: MOST_PIXELS,
    help: "the largest image that is decoded, in pixels; a larger one is refused before it takes memory",
    check: positiveInteger,
  },
  maxData: {
    default: 0.5,
    help: "the most memory that the images may take, in GiB; more are read from a file as they are needed",
    check: between(0, 1000),
  },
  dataUrl: {
    default: "",
    help: "the address of a mirror of MNIST's four .gz files, if the package's own are missing or damaged",
  },
  from: {
    default: "",
    help: "take the options of this run (a name or a folder); flags that you give replace them",
  },
  edit: {
    default: "",
    help: "first drop and relabel images as this file says: a run's suspects.csv whose column decision you filled in with drop, relabel or keep",
  },
  trainLimit: {
    default: WITHOUT_LIMIT,
    words: {all: WITHOUT_LIMIT},
    help: "use at most this many training images; a twelfth of them is held out for validation",
    check: limit,
  },
  testLimit: {
    default: WITHOUT_LIMIT,
    words: {all: WITHOUT_LIMIT},
    help: "use at most this many test images",
    check: limit,
  },
  testSeed: {
    default: 0,
    help: "where the pictures have no test part: the seed that chooses which are held out to test. It is not --seed, so that runs of all seeds are tested on the same pictures",
    check: seedNumber,
  },
  model: {
    default: "auto",
    help: `${Object.keys(models).join(", ")}; your own file (net.ts, net.js) that makes a network; or auto: deep for colour pictures of 64 pixels a side and more, else cnn`,
    check: (word) =>
      isModelFile(word) || registeredModel(word)
        ? undefined
        : oneOf("auto", ...(Object.keys(models) as ModelName[]))(word) &&
          `${["auto", ...Object.keys(models), ...registeredModels()].join(", ")} or a file net.ts or net.js`,
  },
  weights: {
    default: "",
    help: "begin with the weights of a run's best epoch (a name or a folder) or of a model.json, instead of random ones",
  },
  freeze: {
    default: "",
    help: "layers whose weights are not trained: their names, separated by commas; * stands for any letters",
  },
  ...mlpOptions,
  ...vitOptions,
  engine: {default: "auto", help: "the engine that computes: auto, fused, tensorflow, wasm, cpu", check: engineNamed},
  threads: {
    default: 0,
    words: {auto: 0},
    help: "threads of the fused engine; auto: as many as there are cores, up to 8; any number gives the same bits",
    check: between(0, 64),
  },
  kernels: {
    default: "auto",
    help: "build of the fused engine: plain gives the same bits on every machine; fused-multiply-add is faster and rounds differently; auto takes the latter if the processor has that instruction",
    check: oneOf("auto", ...VARIANTS),
  },
  epochs: {
    default: 0,
    words: {auto: 0},
    help: "passes over the training images; auto: 5, or for a folder of pictures as many as make 650 steps, from 5 to 30",
    check: wholeNumber,
  },
  patience: {
    default: 0,
    words: {none: 0},
    help: "end when the validation loss has not fallen for this many epochs; none: train all epochs",
    check: wholeNumber,
  },
  pageModel: {
    default: false,
    help: "put the best network into the page, which then answers to what you draw or drop; up to 500,000 weights",
  },
  classWeights: {
    default: "none",
    help: "balanced: images of rare classes count more in the loss, so that all classes count alike; none: all images count alike",
    check: oneOf("none", "balanced"),
  },
  folds: {
    default: 0,
    words: {none: 0},
    help: "also train this many networks, each without a share of the images, and ask it about that share; this finds wrong labels in all images",
    check: (folds) =>
      folds === 0 || (Number.isInteger(folds) && folds >= 2 && folds <= 20)
        ? undefined
        : "0, or a whole number from 2 to 20",
  },
  batchSize: {
    default: 0,
    words: {auto: 0},
    help: "images in each gradient step; auto: 64, or for a folder of pictures so few that an epoch has 30 steps, but at least 8",
    check: wholeNumber,
  },
  optimizer: {default: "adam", help: "adam, sgd (momentum 0.9), rmsprop", check: optimizerNamed},
  learningRate: {
    default: 0,
    words: {auto: 0},
    help: "the step size; auto: it depends on the optimizer (adam 0.004, for the deep model 0.01, for vit 0.002; sgd 0.1; rmsprop 0.002)",
    check: (rate) => (rate >= 0 && rate <= 10 ? undefined : "a number from 0 to 10"),
  },
  schedule: {
    default: "auto",
    help: "one-cycle (the rate rises and then falls), constant, or auto: constant if you give a rate, else one-cycle",
    check: oneOf("auto", "one-cycle", "constant"),
  },
  augment: {
    default: "auto",
    help: "random changes to training images: none, digits, photos, or auto: photos for folders of colour pictures, digits for grey ones",
    check: oneOf<"auto" | Augmentation>("auto", "none", "digits", "photos"),
  },
  augmentShift: {
    default: "auto",
    help: "random shift in each direction, as a share of the width and height, such as 0.1",
    check: autoOr(0, 0.5),
  },
  augmentTurn: {
    default: "auto",
    help: "random turn in each direction, in degrees; 180: any angle",
    check: autoOr(0, 180),
  },
  augmentZoom: {
    default: "auto",
    help: "random zoom: 0.2 gives from 1 / 1.2 to 1.2 times the size",
    check: autoOr(0, 3),
  },
  augmentFlip: {
    default: "auto",
    help: "random mirroring of every other image: none, horizontal (left to right), vertical, both",
    check: oneOf<"auto" | Flip>("auto", "none", "horizontal", "vertical", "both"),
  },
  augmentBrightness: {
    default: "auto",
    help: "random change of brightness in each direction, as a share of the range, such as 0.1",
    check: autoOr(0, 0.5),
  },
  augmentContrast: {
    default: "auto",
    help: "random contrast: 0.2 gives from 1 / 1.2 to 1.2 times the contrast",
    check: autoOr(0, 3),
  },
  probes: {default: "all", help: `all, none, or some of ${probes.map(({name}) => name).join(",")}`, check: checkProbes},
  every: {
    default: 1,
    help: "probe before training, after every this many epochs, and after the last",
    check: positiveInteger,
  },
  checkpointEvery: {
    default: 20,
    help: "write a checkpoint after this many seconds within an epoch, so that a kill costs no more; 0: only at the ends of epochs",
    check: between(0, 1e6),
  },
  samples: {
    default: "auto",
    help: "test images that every look explains, by their places (0,8,3520); auto: the first of each class",
    check: samplesNamed,
  },
  columns: {
    default: "",
    help: "a CSV file with facts about the test images: a column index or file, and any other columns; the page finds the groups of images with the worst results",
  },
  track: {
    default: "",
    help: "images to follow within each epoch (3,8,test:2000, or files from the data's folder; 3 is train:3): keeps their scores twenty times in each epoch, their weights in the last layer, and how far each layer moved meanwhile (track.csv, track-weights.csv, track-layers.csv, track.png)",
    check: trackNamed,
  },
  dynamicsPass: {
    default: "presented",
    help: "which answers to the training images are kept: presented, those given just before each gradient step, with dropout; after, those of an extra pass at the end of each epoch, without dropout",
    check: oneOf("presented", "after"),
  },
  projector: {
    default: 1000,
    words: {none: 0},
    help: "how many test images TensorBoard's projector shows for each epoch, or none",
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
    help: "if a run is longer, only about this many epochs get pictures and a place in the page and TensorBoard: the first, the last, the best, and others evenly between; the numbers of all epochs are kept",
    check: (value) =>
      value === 0 || (Number.isInteger(value) && value >= 3) ? undefined : "0, or a whole number, 3 or more",
  },
  seed: {default: 0, help: "the start of all random draws; a whole number up to 2^53 - 1", check: seedNumber},
  save: {default: "save", help: "the folder that runs are kept in"},
  name: {default: "", help: "the name of the run's folder; default: time, data and model"},
};

/** A check for a number that is "auto" unless the user gives one. */
function autoOr(low: number, high: number): (word: string) => string | undefined {
  return (word) => {
    const holds = word === "auto" || (word.trim() !== "" && Number(word) >= low && Number(word) <= high);
    return holds ? undefined : `auto, or a number from ${low} to ${high}`;
  };
}

function checkProbes(value: string): string | undefined {
  const names = probes.map(({name}) => name);
  const known = ["all", "none"].includes(value) || value.split(",").every((name) => names.includes(name));
  return known ? undefined : `all, none, or some of ${names.join(",")}`;
}
