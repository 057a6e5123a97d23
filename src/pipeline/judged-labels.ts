import {type OptionTable, oneOf, UserError} from "../nouns/options";
import type {Dataset} from "../nouns/samples";
import {type AskedImages, suspectsOf} from "../numbers/suspects";
import type {SplitName} from "./data/image-names";
import {withKeptNetwork} from "./kept-network";
import type {ListedSuspect} from "./listed-suspects";
import type {RunFile} from "./record/run-file";
import type {RunEvent} from "./run/events";
import {foldAgain, foldsOfRun} from "./run/fold-again";
import {begunOptions} from "./run/reopened";
import {answersTo, foldsWords, reasonOf, shortScore} from "./run/suspects";
import {logitsOf} from "./training/evaluate";

/** How labels are judged; auto: training labels by dynamics, others as the run itself ranked them. */
export type LabelMethod = "auto" | "dynamics" | "confident" | "best";

/** The user's choice. */
export interface Judging {
  readonly method: LabelMethod;
  /** How many networks to train for it now; 0: none. */
  readonly folds: number;
}

export const judgingFlags: OptionTable<Judging> = {
  method: {
    default: "auto",
    help: "suspects and try: how labels are judged: dynamics (how the network learnt each training image), confident (confident learning, by answers of networks that did not learn from the image), best (confident learning, by the best epoch's answers); auto: dynamics for training images, for others as the run itself ranked them",
    check: oneOf<LabelMethod>("auto", "dynamics", "confident", "best"),
  },
  folds: {
    default: 0,
    words: {none: 0},
    help: "suspects and try: train this many networks now, each without a share of the images, and judge that share by its answers (--method confident); the run keeps them",
    check: (folds) =>
      folds === 0 || (Number.isInteger(folds) && folds >= 2 && folds <= 20)
        ? undefined
        : "none, or a whole number from 2 to 20",
  },
};

/** The word in the column `method` for training images that the best epoch's network judges, although it learnt from them. */
const IN_SAMPLE = "best epoch";
/** The word for images that this network did not learn from, as in the list that a run leaves. */
const HELD_OUT = "held out";

/**
 * The method that a choice means.
 *
 * @throws UserError if the choice contradicts itself.
 */
export function chosenMethod({method, folds}: Judging, splits: readonly SplitName[]): LabelMethod {
  if (folds > 0 && method !== "auto" && method !== "confident") {
    throw new UserError(`--folds: expected --method confident, got --method ${method}`, {code: "BAD_OPTION"});
  }
  if (method === "dynamics" && splits.some((split) => split !== "train")) {
    throw new UserError(
      "--method dynamics: expected --split train, because a run follows only its training images from epoch to epoch, " +
        `got --split ${splits.length > 1 ? "all" : splits[0]}`,
      {code: "BAD_OPTION"},
    );
  }
  if (method !== "auto") return method;
  if (folds > 0) return "confident";
  return splits.length === 1 && splits[0] === "train" ? "dynamics" : "auto";
}

/** A run whose labels are judged. */
export interface JudgedRun {
  readonly path: string;
  readonly file: RunFile;
  readonly data: Dataset;
}

/**
 * Ranks the labels of some splits by confident learning: by answers of networks that did not learn from them, which are
 * trained now if the user says so, or by the answers of the best epoch's network.
 *
 * @returns The images of these splits, the most suspect first; undefined if the user interrupted it.
 * @throws UserError if there are no such answers: it says how to get them.
 */
export async function* judgedLabels(
  run: JudgedRun,
  splits: readonly SplitName[],
  method: "confident" | "best",
  folds: number,
  signal?: AbortSignal,
): AsyncGenerator<RunEvent, readonly ListedSuspect[] | undefined> {
  const {path, file, data} = run;
  const isTrained = splits.includes("train");
  if (method === "best" || (!isTrained && folds === 0 && !(await foldsOfRun(path, data, file)))) {
    return judgedByBest(run, splits);
  }
  const found = folds > 0 ? yield* foldAgain(path, file, data, folds, signal) : await foldsOfRun(path, data, file);
  if (!found && folds > 0) return undefined;
  if (!found) {
    throw new UserError(
      `${path}: expected answers to the training images by networks that did not learn from them, got none; ` +
        "--folds 5 trains five such networks now",
      {code: "NOT_FOUND"},
    );
  }
  return listed(found.asked, data, splits, foldsWords(found.folds));
}

/**
 * Judges by the best epoch's network. The images that it learnt from and all others are judged apart, because it is surer of the
 * first: together they would have thresholds that suit neither.
 */
async function judgedByBest(run: JudgedRun, splits: readonly SplitName[]): Promise<ListedSuspect[]> {
  const {path, file, data} = run;
  const parts = [
    {asked: ["train"], method: IN_SAMPLE},
    {asked: ["validation", "test"], method: HELD_OUT},
  ] as const;
  const wanted = parts.filter(({asked}) => asked.some((split) => splits.includes(split)));
  const judged = await withKeptNetwork(path, data, begunOptions(path, file), async (network) => {
    const lists: ListedSuspect[][] = [];
    for (const {asked, method} of wanted) {
      const answers: AskedImages[] = [];
      for (const split of asked) answers.push(answersTo(split, data[split], await logitsOf(network, data[split])));
      lists.push(listed(answers, data, splits, method));
    }
    return lists.flat();
  });
  return judged.sort((a, b) => a.score - b.score);
}

function listed(
  asked: readonly AskedImages[],
  {classNames}: Dataset,
  splits: readonly SplitName[],
  method: string,
): ListedSuspect[] {
  return suspectsOf(asked, classNames.length)
    .filter(({split}) => splits.includes(split))
    .map((suspect) => ({
      ...{split: suspect.split, index: suspect.index, isIssue: suspect.isIssue, score: shortScore(suspect)},
      ...{given: classNames[suspect.given], predicted: classNames[suspect.predicted]},
      ...{method, reason: reasonOf(suspect, classNames)},
    }));
}
