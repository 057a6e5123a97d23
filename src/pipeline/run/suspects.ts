import {readFile} from "node:fs/promises";
import {join} from "node:path";
import type {NamedArray, Network} from "../../nouns/network";
import {UserError} from "../../nouns/options";
import {ownTurn} from "../../nouns/own-turn";
import type {Dataset, Split} from "../../nouns/samples";
import {softmaxRows} from "../../numbers/scores";
import {type AskedImages, type Suspect, suspectsOf} from "../../numbers/suspects";
import {SPLITS} from "../data/image-names";
import {first, pooled} from "../data/split";
import {labelsAt} from "../data/split-labels";
import {csvBytes} from "../record/csv-bytes";
import {bestEpoch} from "../record/kept-epochs";
import type {RunDirectory} from "../record/run-directory";
import {logitsOf} from "../training/evaluate";
import type {EpochMetrics} from "../types";
import type {LabelReport, RunEvent} from "./events";
import {crossValidate, type Folding} from "./folds";

/** A network's answers to a split that it did not learn from, in the form that the ranking of labels needs. */
export function answersTo(
  split: AskedImages["split"],
  {files, sources}: Pick<Split, "files" | "sources">,
  {labels, logits}: {readonly labels: Uint16Array; readonly logits: Float32Array},
): AskedImages {
  const probabilities = softmaxRows(logits, logits.length / labels.length);
  return {split, labels, probabilities, ...(files ? {files} : {}), ...(sources ? {sources} : {})};
}

/**
 * Ranks the labels of the validation and test images by the best epoch's answers. A run that was resumed after its best
 * epoch does not have these answers in memory: then the weights in model/ answer again.
 *
 * @param heldOut The answers, if they are in memory.
 * @returns undefined if no trained epoch was the best one.
 */
export async function labelsByBest(
  directory: RunDirectory,
  network: Network,
  data: Dataset,
  metrics: readonly EpochMetrics[],
  heldOut: readonly AskedImages[] | undefined,
): Promise<LabelReport | undefined> {
  if (!heldOut && !bestEpoch(metrics)) return undefined;
  return keepSuspects(directory, data, heldOut ?? (await bestAnswers(directory, network, data)), "held out");
}

/** The answers that the weights in model/ give. */
async function bestAnswers({path}: RunDirectory, network: Network, data: Dataset): Promise<AskedImages[]> {
  const own = await network.getWeights();
  await network.setWeights(await savedWeights(join(path, "model", "weights.bin"), own));
  const answers: AskedImages[] = [];
  for (const split of ["validation", "test"] as const) {
    answers.push(answersTo(split, data[split], await logitsOf(network, data[split])));
  }
  await network.setWeights(own);
  return answers;
}

/** Reads arrays from a file of float32 weights that stand one after another, as `savedModel` writes them. */
async function savedWeights(path: string, like: readonly NamedArray[]): Promise<NamedArray[]> {
  const bytes = await readFile(path);
  const expected = like.reduce((sum, {values}) => sum + values.byteLength, 0);
  if (bytes.length !== expected) {
    throw new UserError(`${path}: expected ${expected} bytes of weights, got ${bytes.length}`);
  }
  const all = new Float32Array(new Uint8Array(bytes).buffer);
  let at = 0;
  return like.map((array) => {
    const values = all.slice(at, at + array.values.length);
    at += values.length;
    return {...array, values};
  });
}

/**
 * Ranks images by how likely their label is wrong, and writes all of them to the run's `suspects.csv`, the most suspect
 * first. The columns `decision` and `new_label` are left for the reader to fill in.
 *
 * @param method How the answers were obtained, in words.
 */
export async function keepSuspects(
  directory: RunDirectory,
  {classNames}: Pick<Dataset, "classNames">,
  asked: readonly AskedImages[],
  method: string,
): Promise<LabelReport> {
  await ownTurn();
  const suspects = suspectsOf(asked, classNames.length);
  await ownTurn();
  await directory.writeFile("suspects.csv", await suspectsCsv(suspects, classNames, method));
  return {
    path: join(directory.path, "suspects.csv"),
    asked: suspects.length,
    agreed: suspects.filter(({given, predicted}) => given === predicted).length / suspects.length,
    issues: suspects.filter(({isIssue}) => isIssue),
  };
}

/** The images of all splits as one split, and their labels. */
export async function allImages(data: Dataset): Promise<{readonly images: Split; readonly labels: Uint16Array}> {
  const images = pooled(SPLITS.map((name) => data[name]));
  return {images, labels: await labelsAt(images, first(images.count))};
}

/** The answers to all images, by split. @param probabilities As `allImages` orders them, `[n * classes + k]`. */
export function answersBySplit(
  data: Dataset,
  {labels, probabilities}: {readonly labels: Uint16Array; readonly probabilities: Float32Array},
): AskedImages[] {
  const classes = data.classNames.length;
  let at = 0;
  return SPLITS.map((split): AskedImages => {
    const {count, files, sources} = data[split];
    const [from, to] = [at, at + count];
    at = to;
    return {
      split,
      labels: labels.subarray(from, to),
      probabilities: probabilities.subarray(from * classes, to * classes),
      ...(files ? {files} : {}),
      ...(sources ? {sources} : {}),
    };
  });
}

/**
 * Asks about every image of a data set by cross-validation, and keeps the result for the labels.
 *
 * @returns undefined if the user interrupted it.
 */
export async function* askAboutAll(
  data: Dataset,
  folding: Omit<Folding, "images" | "labels">,
): AsyncGenerator<RunEvent, LabelReport | undefined> {
  const all = await allImages(data);
  const probabilities = yield* crossValidate({...folding, ...all});
  if (!probabilities) return undefined;
  const asked = answersBySplit(data, {labels: all.labels, probabilities});
  return keepSuspects(folding.directory, data, asked, foldsWords(folding.folds));
}

/** The words in the column `method` for labels that so many networks judged. */
export function foldsWords(folds: number): string {
  return `${folds} folds`;
}

/** How many digits the scores are written with. */
const DIGITS = 6;

/** A label's score, as lists have it. */
export function shortScore({score}: Suspect): number {
  return Number(score.toPrecision(DIGITS));
}

/** Why a label is suspect, in a few words; "" if the network agrees with it. */
export function reasonOf({given, predicted, probability}: Suspect, classNames: readonly string[]): string {
  return given === predicted ? "" : `looks like ${classNames[predicted]} (${(100 * probability).toFixed(1)}%)`;
}

async function suspectsCsv(
  suspects: readonly Suspect[],
  classNames: readonly string[],
  method: string,
): Promise<Uint8Array> {
  const empty = suspects.map(() => "");
  const scores = suspects.map(shortScore);
  await ownTurn();
  const reasons = suspects.map((suspect) => reasonOf(suspect, classNames));
  const columns = {
    rank: suspects.map((_, n) => n + 1),
    split: suspects.map(({split}) => split),
    index: suspects.map(({index}) => index),
    source_index: suspects.map(({index, source = index}) => source),
    file: suspects.map(({file = ""}) => file),
    given_label: suspects.map(({given}) => classNames[given]),
    predicted_label: suspects.map(({predicted}) => classNames[predicted]),
    label_score: scores,
    is_label_issue: suspects.map(({isIssue}) => (isIssue ? 1 : 0)),
    method: suspects.map(() => method),
    reason: reasons,
    decision: empty,
    new_label: empty,
  };
  await ownTurn();
  return csvBytes(Object.keys(columns), [columns], ownTurn);
}
