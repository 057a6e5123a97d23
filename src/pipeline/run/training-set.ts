import type {Dataset} from "../../nouns/samples";
import {picturedSamples} from "../../numbers/pictured-samples";
import {reduced} from "../../numbers/reduced-images";
import {type RankedLabels, rankedLabels} from "../../numbers/suspect-training-labels";
import {bytesAt} from "../data/split-bytes";
import type {Jobs} from "../jobs/jobs";
import type {RunDirectory} from "../record/run-directory";
import {keptTrainingAnswers} from "../record/training-answers";
import type {RunOptions} from "./options";
import {samplesCsv, type TrainingLines, trainingLines} from "./samples-csv";
import {hasTestStory, testStory} from "./test-story";

/** The most answers (images times epochs) that are read at once; each takes 10 bytes. */
const MOST_ANSWERS = 5e7;
/** The most bytes of pixels that are kept of the training images, and the longest side that a kept picture may have. */
const PICTURE_BYTES = 1.8e6;
const LONGEST_SIDE = 40;
/** How many images are read at a time. */
const AT_ONCE = 200;

/** The story of the training images as far as it does not depend on the last look. */
export interface TrainingStoryBegun {
  /** Makes the training images' lines of samples.csv. */
  lines(hasTest: boolean): Promise<TrainingLines>;
  /** The lines for which the files at hand spoke. */
  readonly likely: TrainingLines;
  /** A line for the user if not all epochs were used. */
  readonly note: string | undefined;
}

/**
 * Begins the story of the training images once all their answers are kept, which is before the last look: it ranks
 * them, makes their lines of `samples.csv`, and keeps `data-map.png` and, for the page, the pictures that are most
 * worth looking at. If a run kept no answers to its training images (`trainingAnswersOf`), it writes none of these.
 *
 * @param pass Which answers were kept, as `--dynamics-pass` says.
 * @param jobs Draws the map.
 * @returns Undefined if no answers were kept.
 */
export async function beginTrainingStory(
  directory: RunDirectory,
  data: Dataset,
  pass: RunOptions["dynamicsPass"],
  jobs: Jobs,
): Promise<TrainingStoryBegun | undefined> {
  const {train, name} = data;
  const answers = await keptTrainingAnswers(directory.path, Math.max(3, Math.floor(MOST_ANSWERS / train.count)));
  if (!answers || answers.labels.length !== train.count) return undefined;
  const {epochs, of, labels, losses, margins, predicted} = answers;
  const ranked = rankedLabels({losses, margins}, predicted, labels);
  const {areaUnderMargin, confidence, variability, correctness} = ranked.dynamics;
  const issues = areaUnderMargin.reduce((sum, area) => sum + Number(area < 0), 0);
  const few = of === epochs.length ? "" : ` of ${of}`;
  const notes = [
    `${train.count.toLocaleString("en")} training images over ${epochs.length}${few} epochs, ` +
      (pass === "after"
        ? "asked after each epoch, without dropout;"
        : "as they were presented: with dropout, before the step that learnt from them;"),
    `${issues.toLocaleString("en")} labels had another class above them on average (samples.csv has every image)`,
  ];
  const plot = {
    title: `${name}: how the training images were learnt`,
    ...{confidence, variability, correctness},
    epochs: epochs.length,
    notes,
  };
  const lines = (hasTest: boolean) => trainingLines(data, {ranked, answers}, hasTest);
  // a worker draws while this thread makes the table
  const keepMap = async () => {
    const {png} = await jobs.ask("draw", {plot: "dataMap", data: plot});
    await directory.writeFile("data-map.png", png);
  };
  const keepRest = async () => {
    await directory.writeValue("training/pictures", await pictures(ranked, data));
    return lines(await hasTestStory(directory.path));
  };
  const [likely] = await Promise.all([keepRest(), keepMap()]);
  const note = few ? `samples.csv and data-map.png are of ${epochs.length}${few} epochs, evenly apart` : undefined;
  return {lines, likely, note};
}

/** Keeps `samples.csv` at the end of a run, with a line for each image, also for test images. */
export async function keepSamplesCsv(
  directory: RunDirectory,
  data: Dataset,
  {lines, likely}: TrainingStoryBegun,
): Promise<void> {
  const asked = await testStory(directory.path);
  const hasTest = asked !== undefined;
  const training = likely.hasTest === hasTest ? likely : await lines(hasTest);
  await directory.writeFile("samples.csv", await samplesCsv(data, training, asked));
}

/** The pictures of some training images, as `artifacts/training/pictures.json` holds them. */
export interface TrainingPictures {
  /** The images' places in the training split, ascending. */
  readonly indices: Uint32Array;
  /** The shape of `pixels`: count, height, width, channels. Large images were made smaller. */
  readonly shape: readonly number[];
  readonly pixels: Uint8Array;
  /** The places of these images in the file or folder that the split was taken from. */
  readonly sources: Uint32Array;
  /** The files of these images, if they come from files. */
  readonly files?: readonly string[];
}

async function pictures(ranked: RankedLabels, {train, imageShape}: Dataset): Promise<TrainingPictures> {
  const [height, width, channels] = imageShape;
  const step = Math.max(1, Math.ceil(Math.max(height, width) / LONGEST_SIDE));
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  const size = rows * columns * channels;
  const indices = picturedSamples(ranked, Math.max(1, Math.floor(PICTURE_BYTES / size)));
  const pixels = new Uint8Array(indices.length * size);
  const put = (bytes: Uint8Array, count: number, at: number) =>
    pixels.set(reduced(bytes, [count, height, width, channels], step), at * size);
  for (let at = 0; at < indices.length; at += AT_ONCE) {
    const some = indices.subarray(at, at + AT_ONCE);
    put(await bytesAt(train, some), some.length, at);
  }
  return {
    indices,
    shape: [indices.length, rows, columns, channels],
    pixels,
    sources: Uint32Array.from(indices, (n) => train.sources?.[n] ?? n),
    ...(train.files ? {files: Array.from(indices, (n) => train.files?.[n] ?? "")} : {}),
  };
}
