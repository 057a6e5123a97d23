import {ownTurn} from "../../nouns/own-turn";
import type {Dataset} from "../../nouns/samples";
import type {RankedLabels} from "../../numbers/suspect-training-labels";
import {type CsvRows, csvHead, csvLines} from "../record/csv-bytes";
import type {TrainingAnswers} from "../record/training-answers";
import type {TestStory} from "./test-story";

/** The story of the training images, as `trainingAnswersOf` and `rankedLabels` return it. */
export interface TrainingStory {
  readonly ranked: RankedLabels;
  readonly answers: TrainingAnswers;
}

/** The training images' lines of the table. They can be made before the test images' answers are there. */
export interface TrainingLines {
  /** Whether the table has the test images' columns. */
  readonly hasTest: boolean;
  readonly headings: readonly string[];
  readonly bytes: Uint8Array;
}

/** Makes the training images' lines. @param hasTest Whether the table will have the test images' columns. */
export async function trainingLines(
  {train, classNames}: Pick<Dataset, "train" | "classNames">,
  training: TrainingStory,
  hasTest: boolean,
): Promise<TrainingLines> {
  const columns = trainingColumns(training, train, classNames);
  await ownTurn();
  const headings = headingsOf(Object.keys(columns), hasTest);
  return {hasTest, headings, bytes: await csvLines(headings, columns, ownTurn)};
}

/**
 * A run's images as a table (docs/run-folder.md lists its columns): first the training images, then the test images. If
 * a column does not apply to an image's split, its cell is empty.
 *
 * @param training Undefined if the run did not train here. They must have the test images' columns if `asked` is there.
 * @param asked Undefined if no answers to test images were kept.
 */
export async function samplesCsv(
  {test, classNames}: Pick<Dataset, "test" | "classNames">,
  training: TrainingLines | undefined,
  asked: TestStory | undefined,
): Promise<Uint8Array> {
  const answered = asked ? testColumns(asked, test, classNames) : {};
  await ownTurn();
  const headings = training?.headings ?? headingsOf([], asked !== undefined);
  return Buffer.concat([
    csvHead(headings),
    training?.bytes ?? new Uint8Array(),
    await csvLines(headings, answered, ownTurn),
  ]);
}

const FIRST = ["split", "index", "source_index", "file", "given_label"] as const;
/** The columns of test images, besides those that every image has. */
const TEST = [
  "forgotten",
  "label",
  "prediction",
  "probability",
  "label_probability",
  "loss",
  "entropy",
  "correct",
  "first_correct",
  "changes",
] as const;

const headingsOf = (learnt: readonly string[], hasTest: boolean) => [
  ...new Set([...FIRST, ...learnt, ...(hasTest ? TEST : [])]),
];

/** Numbers are written with six decimals; `toPrecision` would take a third of a second longer for 55,000 lines. */
const MILLIONTHS = 1e6;
const short = (value: number) => Math.round(value * MILLIONTHS) / MILLIONTHS;

function trainingColumns(
  {ranked: {order, dynamics, others}, answers: {labels, losses, errors, entropies}}: TrainingStory,
  train: Dataset["train"],
  classNames: readonly string[],
): CsvRows {
  const count = order.length;
  const rank = new Uint32Array(count);
  for (let i = 0; i < count; i++) rank[order[i]] = i + 1;
  const most = Math.log(Math.max(2, classNames.length));
  const meanLoss = (n: number) => {
    let sum = 0;
    for (const epoch of losses) sum += epoch[n];
    return sum / losses.length;
  };
  const each = (value: (n: number) => number) => {
    const column = new Float64Array(count);
    for (let n = 0; n < count; n++) column[n] = short(value(n));
    return column;
  };
  return {
    split: new Array<string>(count).fill("train"),
    ...placesOf(train, count),
    given_label: Array.from(labels, (label) => classNames[label]),
    predicted_label: Array.from(others, (label) => classNames[label]),
    suspect_rank: rank,
    area_under_margin: dynamics.areaUnderMargin.map(short),
    confidence: dynamics.confidence.map(short),
    variability: dynamics.variability.map(short),
    correct_epochs: dynamics.correctness,
    forgotten: dynamics.forgotten,
    learned_at: dynamics.learnedAt,
    mean_loss: each(meanLoss),
    ...(errors ? {el2n: each((n) => meanError(errors, n))} : {}),
    ...(entropies ? {hardness: each((n) => (entropies[n] * most) / 255)} : {}),
  };
}

/** Where the images of a split stand in it, and in what it was taken from. */
function placesOf({sources, files}: Dataset["train"], count: number) {
  const index = Uint32Array.from({length: count}, (_, n) => n);
  return {index, source_index: sources ?? index, file: files ?? new Array<string>(count).fill("")};
}

/** The mean of EL2N over the epochs, in [0, √2]. */
function meanError(errors: readonly Uint8Array[], n: number): number {
  let sum = 0;
  for (const epoch of errors) sum += epoch[n];
  return (Math.SQRT2 * sum) / (255 * errors.length);
}

function testColumns(
  {answers: {probabilities, labels}, predicted, firstCorrect, changes, forgotten}: TestStory,
  test: Dataset["test"],
  classNames: readonly string[],
): {readonly [heading in (typeof FIRST)[number] | (typeof TEST)[number]]: CsvRows[string]} {
  const classes = probabilities.length / labels.length;
  const all = Array.from(labels.keys());
  const of = (n: number, k: number) => probabilities[n * classes + k];
  const loss = (n: number) => {
    const value = -Math.log(of(n, labels[n]));
    // the probability was rounded to 0 in single precision
    return Number.isFinite(value) ? Math.abs(short(value)) : "inf";
  };
  const entropy = (n: number) => {
    let sum = 0;
    for (let k = 0; k < classes; k++) if (of(n, k) > 0) sum -= of(n, k) * Math.log(of(n, k));
    return Math.abs(short(sum));
  };
  return {
    split: all.map(() => "test"),
    ...placesOf(test, all.length),
    given_label: all.map((n) => classNames[labels[n]]),
    forgotten,
    label: all.map((n) => classNames[labels[n]]),
    prediction: all.map((n) => classNames[predicted[n]]),
    probability: all.map((n) => short(of(n, predicted[n]))),
    label_probability: all.map((n) => short(of(n, labels[n]))),
    loss: all.map(loss),
    entropy: all.map(entropy),
    correct: all.map((n) => (predicted[n] === labels[n] ? 1 : 0)),
    first_correct: Array.from(firstCorrect, (epoch) => epoch || ""),
    changes,
  };
}
