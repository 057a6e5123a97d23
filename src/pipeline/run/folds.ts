import {join} from "node:path";
import type {NamedArray, Network, OptimizerState} from "../../nouns/network";
import {UserError} from "../../nouns/options";
import {fork} from "../../nouns/random";
import type {Split} from "../../nouns/samples";
import {softmaxRows} from "../../numbers/scores";
import {dealtOut, first, subset} from "../data/split";
import type {OptimizerName} from "../model/tf/optimizer";
import type {RunDirectory} from "../record/run-directory";
import {readSaved} from "../record/saved-file";
import {augmentation} from "../training/augment/augment";
import type {Ranges} from "../training/augment/ranges";
import {logitsOf} from "../training/evaluate";
import {fittingBatch} from "../training/length";
import {epochStart, type TrainOptions, trainEpoch} from "../training/train";
import type {RunEvent} from "./events";

/** The arguments of cross-validation. */
export interface Folding {
  readonly network: Network;
  /** Where each network begins: these weights, and an optimizer without memory. */
  readonly untrained: readonly NamedArray[];
  readonly fresh: OptimizerState;
  /** All images, and their classes. */
  readonly images: Split;
  readonly labels: ArrayLike<number>;
  readonly folds: number;
  readonly training: TrainOptions;
  readonly optimizer: OptimizerName;
  /** The random changes that training images get. */
  readonly ranges: Ranges;
  readonly directory: RunDirectory;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The fewest steps for the network of a fold. With a few hundred images, a run of five epochs makes only forty steps
 * and learns little.
 */
const FEWEST_STEPS = 1200;

/** The answers of a fold that a run keeps (`artifacts/folds/fold-1.json`). */
interface FoldAnswers {
  readonly folds: number;
  /** The images that were asked about, and the probabilities, `[i * classes + k]`. */
  readonly places: Uint32Array;
  readonly probabilities: Float32Array;
}

/**
 * Cross-validation. It deals all images out to folds. For each fold it trains a network on all other folds, as the run
 * trains its own but with at least 1,200 steps, and asks it about the images that it has not seen. It keeps each fold's
 * answers, so that a resumed run continues with the next fold.
 *
 * @returns The probabilities of every image, `[n * classes + k]`; undefined if the user interrupted it.
 */
export async function* crossValidate(folding: Folding): AsyncGenerator<RunEvent, Float32Array | undefined> {
  const {network, images, labels, folds, training, directory, signal} = folding;
  const classes = network.classNames.length;
  const foldOf = dealtOut(labels, folds, fork(training.seed, "folds"));
  const probabilities = new Float32Array(images.count * classes);
  for (let fold = 0; fold < folds; fold++) {
    const places = first(images.count).filter((n) => foldOf[n] === fold);
    const answers =
      (await savedAnswers(directory, fold, folds, places)) ??
      (yield* trained(
        folding,
        fold,
        first(images.count).filter((n) => foldOf[n] !== fold),
        places,
      ));
    if (!answers) return undefined;
    putAt(probabilities, places, answers, classes);
  }
  return signal?.aborted ? undefined : probabilities;
}

/**
 * The answers that a run keeps of its folds, put together.
 *
 * @param images All images: their labels, and the run's seed, say which images are in which fold.
 * @returns How many folds, and the probabilities of every image, `[n * classes + k]`; undefined unless all folds are kept.
 */
export async function keptFolds(
  directory: RunDirectory,
  {labels, classes, seed}: {readonly labels: ArrayLike<number>; readonly classes: number; readonly seed: number},
): Promise<{readonly folds: number; readonly probabilities: Float32Array} | undefined> {
  const folds = (await savedFold(directory, 0))?.folds;
  if (folds === undefined) return undefined;
  const foldOf = dealtOut(labels, folds, fork(seed, "folds"));
  const probabilities = new Float32Array(labels.length * classes);
  for (let fold = 0; fold < folds; fold++) {
    const places = first(labels.length).filter((n) => foldOf[n] === fold);
    const answers = await savedAnswers(directory, fold, folds, places);
    if (answers?.length !== places.length * classes) return undefined;
    putAt(probabilities, places, answers, classes);
  }
  return {folds, probabilities};
}

/** Puts each row of answers at the place of its image. */
function putAt(all: Float32Array, places: Uint32Array, answers: Float32Array, classes: number): void {
  for (const [i, place] of places.entries()) {
    all.set(answers.subarray(i * classes, (i + 1) * classes), place * classes);
  }
}

/** Trains a network on the images of the other folds, and asks it about the images of this fold. */
async function* trained(
  folding: Folding,
  fold: number,
  others: Uint32Array,
  places: Uint32Array,
): AsyncGenerator<RunEvent, Float32Array | undefined> {
  const {network, untrained, fresh, images, folds, directory, signal} = folding;
  // numbered among all images, so that an image is changed in the same way whatever its fold
  const {count = images.count, places: kept} = images.keptOf ?? {};
  const keptOf = {count, places: kept ? Uint32Array.from(others, (n) => kept[n]) : others};
  const train = {...subset(images, others), keptOf};
  await network.setWeights(untrained);
  await network.setOptimizerState(fresh);
  const augment = augmentation(folding.ranges, folding.training.seed);
  const long = {...longEnough(folding, train.count), augment};
  const {epochs, batchSize} = long;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const start = epochStart(epoch, train, batchSize);
    for await (const {batch, batches} of trainEpoch(network, train, start, long, signal)) {
      const done = (epoch - 1) * batches + batch;
      yield {type: "data", doing: `fold ${fold + 1} of ${folds}`, done, total: epochs * batches};
    }
    if (signal?.aborted) return undefined;
  }
  const {logits} = await logitsOf(network, subset(images, places));
  const probabilities = softmaxRows(logits, network.classNames.length);
  await directory.writeValue(nameOf(fold), {folds, places, probabilities} satisfies FoldAnswers);
  return probabilities;
}

/** The run's own training settings, with more epochs and smaller batches if there are few images. */
function longEnough({training, optimizer}: Folding, count: number): TrainOptions {
  const batchSize = fittingBatch(count, training.batchSize);
  const epochs = Math.max(training.epochs, Math.ceil(FEWEST_STEPS / Math.ceil(count / batchSize)));
  const scale = optimizer === "sgd" ? batchSize / training.batchSize : 1;
  return {...training, batchSize, epochs, schedule: (step, steps) => scale * training.schedule(step, steps)};
}

/** The answers for a fold that an earlier start of the run kept, if there are any about these images. */
async function savedAnswers(
  directory: RunDirectory,
  fold: number,
  folds: number,
  places: Uint32Array,
): Promise<Float32Array | undefined> {
  const saved = await savedFold(directory, fold);
  const isSame = saved?.folds === folds && `${saved.places}` === `${places}`;
  return isSame ? saved.probabilities : undefined;
}

/** Reads what a run keeps of a fold; undefined if the file is damaged or missing: the fold is then trained again. */
async function savedFold({path}: RunDirectory, fold: number): Promise<FoldAnswers | undefined> {
  try {
    return (await readSaved(join(path, "artifacts", `${nameOf(fold)}.json`))) as FoldAnswers;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function nameOf(fold: number): string {
  return `folds/fold-${fold + 1}`;
}
