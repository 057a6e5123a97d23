import {join} from "node:path";

import {argMaxRows} from "../../numbers/scores";
import {rgbPng} from "../../plots/png";
import {csvTable} from "../record/csv-table";
import {answersAt, findRunAt, type SavedImages, testImagesOf} from "../record/saved-run";
import {writeWhole} from "../record/write-whole";
import type {TrialRun} from "./curves";
import type {Missed} from "./types";

/** The most pictures that are written if the images are not files. */
const MOST_PICTURES = 1000;

/** A test image of a run. */
export interface TestImage {
  readonly images: SavedImages;
  readonly index: number;
}

interface Wrong extends TestImage {
  readonly run: TrialRun;
  readonly answer: number;
  readonly sure: number;
  readonly ofLabel: number;
}

/**
 * Writes every wrong answer of every run at its best epoch into `ledger.csv`: the values tried, the seed, the test
 * image's place, its file, the truth, the answer, how sure the network was of it, and how many of the runs got that
 * image wrong. If the images are not files, the thousand images that most runs got wrong are written as pictures.
 *
 * @returns The images that a run got wrong, those that most got wrong first, each with its pixels.
 */
export async function writeLedger(folder: string, save: string, runs: readonly TrialRun[]) {
  const classes = runs[0].saved.facts.data.classNames;
  const wrong: Wrong[] = [];
  for (const run of runs) wrong.push(...(await wrongOf(save, run, classes.length)));
  const byImage = new Map<string, Wrong[]>();
  for (const one of wrong) {
    const known = byImage.get(keyOf(one));
    if (known) known.push(one);
    else byImage.set(keyOf(one), [one]);
  }
  const order = [...byImage].sort(([, a], [, b]) => b.length - a.length || a[0].index - b[0].index);
  const missed: (Missed & {readonly image: TestImage})[] = [];
  const pathAt = new Map<string, string>();
  for (const [n, [key, of]] of order.entries()) {
    const [{index, images}] = of;
    const path = await pathOf(folder, of[0], n < MOST_PICTURES);
    pathAt.set(key, path);
    const image = {images, index};
    missed.push({index, label: images.labels[index], path, wrongIn: of.length, answer: commonest(of), image});
  }
  const column = (of: (one: Wrong) => string | number) => wrong.map(of);
  const table = csvTable({
    run: column(({run}) => run.run.name),
    ...Object.fromEntries(
      Object.keys(runs[0].run.values).map((flag) => [flag, column(({run}) => run.run.values[flag])]),
    ),
    seed: column(({run}) => run.run.seed),
    index: column(({index}) => index),
    path: column((one) => pathAt.get(keyOf(one)) ?? ""),
    label: column(({images, index}) => classes[images.labels[index]]),
    answer: column(({answer}) => classes[answer]),
    probability: column(({sure}) => Number(sure.toPrecision(6))),
    label_probability: column(({ofLabel}) => Number(ofLabel.toPrecision(6))),
    wrong_in: column((one) => byImage.get(keyOf(one))?.length ?? 0),
  });
  await writeWhole(join(folder, "ledger.csv"), table);
  return missed;
}

/**
 * A key for a test image that is the same in all runs: its file (because another seed may have taken out other images),
 * or its place.
 */
const keyOf = ({images, index}: TestImage) => images.files?.[index] ?? `${index}`;

async function wrongOf(save: string, run: TrialRun, classes: number): Promise<Wrong[]> {
  const {run: saved, epoch} = await findRunAt(save, run.run.name);
  const images = await testImagesOf(saved);
  const {probabilities, labels} = await answersAt(saved, epoch);
  return Array.from(argMaxRows(probabilities, classes)).flatMap((answer, index) => {
    const of = (k: number) => probabilities[index * classes + k];
    const one = {run, images, index, answer, sure: of(answer), ofLabel: of(labels[index])};
    return answer === labels[index] ? [] : [one];
  });
}

/** The path by which an image can be opened: its own file, or a picture that was written. */
async function pathOf(folder: string, {run: {saved}, images, index}: Wrong, isWritten: boolean): Promise<string> {
  const file = images.files?.[index];
  if (file !== undefined) return join(`${saved.facts.options.data}`, file);
  if (!isWritten) return "";
  const name = join("missed", `test-${`${index}`.padStart(5, "0")}.png`);
  await writeWhole(join(folder, name), pictureOf(images, index));
  return name;
}

function pictureOf({shape: [height, width, channels], pixels}: SavedImages, index: number): Uint8Array {
  const start = index * height * width * channels;
  const rows = new Uint8Array(height * (1 + 3 * width)); // a filter byte of 0 before each row
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < 3 * width; x++) {
      const [column, c] = [Math.floor(x / 3), channels === 1 ? 0 : x % 3];
      rows[y * (1 + 3 * width) + 1 + x] = pixels[start + (y * width + column) * channels + c];
    }
  }
  return rgbPng(rows, width, height, "detailed");
}

function commonest(wrong: readonly Wrong[]): number {
  const counts = new Map<number, number>();
  for (const {answer} of wrong) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || a - b)[0][0];
}
