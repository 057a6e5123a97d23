/** @file Decides which training images a list shows, and in what order, by pure functions of the data and the state. */

import type {State} from "../state";
import type {SampleChoice, SampleOrder} from "./choices";
import type {Story, TrainingData} from "./data";

/**
 * How many carried epochs are completed at the current place of the page; at least 1, so that there is something to
 * show.
 */
export function epochsAt(training: TrainingData, epoch: number): number {
  return Math.max(1, training.epochsBy(epoch));
}

let latest: {key: readonly unknown[]; rows: readonly number[]} | undefined;

/** The rows of the current choice, in the order in which they are shown. Kept until something changes. */
export function chosenRows(training: TrainingData, state: State, epoch: number): readonly number[] {
  const epochs = epochsAt(training, epoch);
  const {samples, order, decided} = state;
  const key = [training, samples, order, epochs, samples.kind === "decided" ? decided : null];
  if (!latest || key.some((part, i) => part !== latest?.key[i])) {
    const story = training.story(epochs);
    latest = {key, rows: inOrder(training, story, order, picked(training, story, epochs, samples, decided))};
  }
  return latest.rows;
}

function picked(
  training: TrainingData,
  story: Story,
  epochs: number,
  choice: SampleChoice,
  decided: State["decided"],
): number[] {
  const {rows, margins, labels, suggested} = training;
  const every = (keep: (row: number) => boolean) => {
    const kept: number[] = [];
    for (let row = 0; row < rows; row++) if (keep(row)) kept.push(row);
    return kept;
  };
  switch (choice.kind) {
    case "suspects":
      return every((row) => margins[row] < 0);
    case "forgotten":
      return every((row) => story.forgotten[row] > 0);
    case "never":
      return every((row) => story.correctness[row] === 0 && epochs > 0);
    case "copies":
      return every((row) => training.copy(row) !== null);
    case "decided":
      return every((row) => decided.has(training.place(row)));
    case "all":
      return every(() => true);
    case "cell":
      return every((row) => margins[row] < 0 && labels[row] === choice.given && suggested[row] === choice.suggested);
    case "lasso":
      return [...choice.rows];
    default:
      return choice satisfies never;
  }
}

/** Equal ones are ordered by how suspect they are, and then by their places. */
function inOrder(
  {margins, error, entropy}: TrainingData,
  story: Story,
  order: SampleOrder,
  rows: number[],
): readonly number[] {
  const worse: {readonly [name in SampleOrder]: (row: number) => number} = {
    suspect: (row) => margins[row],
    confidence: (row) => story.confidence[row],
    variability: (row) => -story.variability[row],
    forgotten: (row) => -story.forgotten[row],
    learnedAt: (row) => -story.learnedAt[row],
    loss: (row) => -story.loss[row],
    error: (row) => -(error?.(row) ?? 0),
    entropy: (row) => -(entropy?.(row) ?? 0),
  };
  const by = worse[order];
  return rows.sort((a, b) => by(a) - by(b) || margins[a] - margins[b] || a - b);
}

/**
 * How many suspects there are for each label and each class that they look like: `counts[given * classes + suggested]`.
 */
export function suspectCounts({rows, margins, labels, suggested}: TrainingData, classes: number): Uint32Array {
  const counts = new Uint32Array(classes * classes);
  for (let row = 0; row < rows; row++) if (margins[row] < 0) counts[labels[row] * classes + suggested[row]]++;
  return counts;
}

/**
 * How many answers became right and how many became wrong at each carried epoch; at the first epoch, all right answers
 * are new.
 */
export function movesByEpoch(training: TrainingData): readonly {learned: number; forgotten: number}[] {
  return training.epochs.map((_, e) => {
    let [learned, forgotten] = [0, 0];
    for (let row = 0; row < training.rows; row++) {
      const right = (at: number) => training.answer(at, row).predicted === training.labels[row];
      const now = right(e);
      const was = e > 0 && right(e - 1);
      if (now && !was) learned++;
      if (!now && was) forgotten++;
    }
    return {learned, forgotten};
  });
}

/** How many images were right at every epoch so far, how many at some, and how many at none. */
export function regions({correctness}: Story, epochs: number): {easy: number[]; ambiguous: number[]; hard: number[]} {
  const out = {easy: [] as number[], ambiguous: [] as number[], hard: [] as number[]};
  correctness.forEach((right, row) => {
    (right === epochs ? out.easy : right === 0 ? out.hard : out.ambiguous).push(row);
  });
  return out;
}
