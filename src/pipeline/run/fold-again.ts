import type {Network} from "../../nouns/network";
import type {Dataset} from "../../nouns/samples";
import type {AskedImages} from "../../numbers/suspects";
import {environment} from "../record/environment";
import {openRunDirectory} from "../record/run-directory";
import type {RunFile} from "../record/run-file";
import {lockRun} from "../record/run-lock";
import {lengthOf} from "../training/length";
import type {RunEvent} from "./events";
import {crossValidate, keptFolds} from "./folds";
import {openLearner} from "./learner";
import {resumedOptions} from "./resumed-options";
import {allImages, answersBySplit} from "./suspects";

/** Answers to all images by networks that did not learn from them, and how many networks those are. */
export interface FoldedAnswers {
  readonly folds: number;
  readonly asked: readonly AskedImages[];
}

/** The answers of the folds that a run keeps; undefined if it keeps none, or not all. */
export async function foldsOfRun(
  path: string,
  data: Dataset,
  {seed}: Pick<RunFile, "seed">,
): Promise<FoldedAnswers | undefined> {
  const {labels} = await allImages(data);
  const kept = await keptFolds(openRunDirectory(path), {labels, classes: data.classNames.length, seed});
  return kept && {folds: kept.folds, asked: answersBySplit(data, {labels, probabilities: kept.probabilities})};
}

/**
 * Cross-validates the data of a run that has ended, as the run itself does with `--folds`: the answers are the same, bit for
 * bit. They are kept in the run's folder, so that what was interrupted goes on with the next fold.
 *
 * @param data The data that the run began with.
 * @returns Undefined if the user interrupted it.
 * @throws UserError if another process works on the run, or its network cannot be made again.
 */
export async function* foldAgain(
  path: string,
  file: RunFile,
  data: Dataset,
  folds: number,
  signal?: AbortSignal,
): AsyncGenerator<RunEvent, FoldedAnswers | undefined> {
  const directory = openRunDirectory(path);
  const asked = resumedOptions(directory, "").options;
  const {epochs, batchSize} = lengthOf(asked, data);
  const options = {...asked, epochs, batchSize};
  const held: {network?: Network} = {};
  const lock = await lockRun(path);
  try {
    const {opened, training, untrained, fresh} = await openLearner(options, data, environment(), held, {before: file});
    const {network} = opened;
    const all = await allImages(data);
    const {optimizer} = options;
    const ranges = training.augmentation;
    const folding = {network, untrained, fresh, folds, training, optimizer, ranges, directory, signal, ...all};
    const probabilities = yield* crossValidate(folding);
    return probabilities && {folds, asked: answersBySplit(data, {labels: all.labels, probabilities})};
  } finally {
    await held.network?.dispose();
    await lock.release();
  }
}
