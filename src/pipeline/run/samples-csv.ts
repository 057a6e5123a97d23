import {ownTurn} from "../../nouns/own-turn";
import type {Dataset} from "../../nouns/samples";
import type {TrainingSuspect} from "../../numbers/suspect-training-labels";
import {csvTableInTurns} from "../record/csv-table";
import type {TrainingAnswers} from "../record/training-answers";
import type {TestStory} from "./test-story";

/** The story of the training images, as `trainingAnswersOf` and `suspectTrainingLabels` return it. */
export interface TrainingStory {
  readonly ranked: readonly TrainingSuspect[];
  readonly answers: TrainingAnswers;
}

type Cell = string | number;

/**
 * A run's images as a table (docs/run-folder.md lists its columns): first the training images, then the test images. If
 * a column does not apply to an image's split, its cell is empty.
 *
 * @param training Undefined if the run did not train here.
 * @param asked Undefined if no answers to test images were kept.
 */
export async function samplesCsv(
  {train, test, classNames}: Dataset,
  training: TrainingStory | undefined,
  asked: TestStory | undefined,
): Promise<string> {
  const learnt = training ? trainingColumns(training, train, classNames) : {};
  await ownTurn();
  const answered = asked ? testColumns(asked, test, classNames) : {};
  const [trained, tested] = [learnt, answered].map((columns) => Object.values(columns)[0]?.length ?? 0);
  const names = [...new Set([...FIRST, ...Object.keys(learnt), ...Object.keys(answered)])];
  const empty = (count: number): Cell[] => new Array<Cell>(count).fill("");
  const column = (name: string) => [...(learnt[name] ?? empty(trained)), ...(answered[name] ?? empty(tested))];
  await ownTurn();
  return csvTableInTurns(Object.fromEntries(names.map((name) => [name, column(name)])), ownTurn);
}

const FIRST = ["split", "index", "source_index", "file", "given_label"];

/** Numbers are written with six decimals; `toPrecision` would take a third of a second longer for 55,000 lines. */
const MILLIONTHS = 1e6;
const short = (value: number) => Math.round(value * MILLIONTHS) / MILLIONTHS;

interface Columns {
  readonly [name: string]: readonly Cell[];
}

function trainingColumns(
  {ranked, answers: {labels, losses, errors, entropies}}: TrainingStory,
  train: Dataset["train"],
  classNames: readonly string[],
): Columns {
  const rank = new Uint32Array(ranked.length);
  const all: TrainingSuspect[] = new Array(ranked.length);
  for (const [i, one] of ranked.entries()) {
    rank[one.index] = i + 1;
    all[one.index] = one;
  }
  const most = Math.log(Math.max(2, classNames.length));
  const meanLoss = (n: number) => losses.reduce((sum, epoch) => sum + epoch[n], 0) / losses.length;
  return {
    split: all.map(() => "train"),
    index: all.map(({index}) => index),
    source_index: all.map(({index}) => train.sources?.[index] ?? index),
    file: all.map(({index}) => train.files?.[index] ?? ""),
    given_label: all.map(({index}) => classNames[labels[index]]),
    predicted_label: all.map(({predicted}) => classNames[predicted]),
    suspect_rank: all.map(({index}) => rank[index]),
    area_under_margin: all.map(({areaUnderMargin}) => short(areaUnderMargin)),
    confidence: all.map(({confidence}) => short(confidence)),
    variability: all.map(({variability}) => short(variability)),
    correct_epochs: all.map(({correct}) => correct),
    forgotten: all.map(({forgotten}) => forgotten),
    learned_at: all.map(({learnedAt}) => learnedAt),
    mean_loss: all.map(({index}) => short(meanLoss(index))),
    ...(errors ? {el2n: all.map(({index}) => short(meanError(errors, index)))} : {}),
    ...(entropies ? {hardness: all.map(({index}) => short((entropies[index] * most) / 255))} : {}),
  };
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
): Columns {
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
    index: all,
    source_index: all.map((n) => test.sources?.[n] ?? n),
    file: all.map((n) => test.files?.[n] ?? ""),
    given_label: all.map((n) => classNames[labels[n]]),
    forgotten: Array.from(forgotten),
    label: all.map((n) => classNames[labels[n]]),
    prediction: all.map((n) => classNames[predicted[n]]),
    probability: all.map((n) => short(of(n, predicted[n]))),
    label_probability: all.map((n) => short(of(n, labels[n]))),
    loss: all.map(loss),
    entropy: all.map(entropy),
    correct: all.map((n) => (predicted[n] === labels[n] ? 1 : 0)),
    first_correct: Array.from(firstCorrect, (epoch) => epoch || ""),
    changes: Array.from(changes),
  };
}
