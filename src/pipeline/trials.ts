import {join} from "node:path";

import {nearestExemplars} from "../numbers/nearest-exemplar";
import {figure} from "../plots/figure";
import {sizeSheet} from "../plots/size-chart";
import {openData} from "./data/index";
import {subset} from "./data/split";
import {withKeptNetwork} from "./kept-network";
import {csvTable} from "./record/csv-table";
import {findRun} from "./record/run-directory";
import {openSavedRun} from "./record/saved-run";
import {writeWhole} from "./record/write-whole";
import type {RunOptions} from "./run/options";
import {peakRate} from "./run/peak-rate";
import type {SweepRun} from "./sweep";
import {trialCharts} from "./trials/charts";
import {IMAGES, sizeCurves, type TrialRun} from "./trials/curves";
import {learnMistakes} from "./trials/learn-mistakes";
import {type TestImage, writeLedger} from "./trials/ledger";
import type {Baseline, ErrorTrials, LearnedMistakes, LearnedOne, SizeCurve} from "./trials/types";
import {bytesOf, wholeTrainingSet} from "./trials/whole-training-set";

/** A line for the user while the trials run. */
export interface TrialNote {
  readonly line: string;
}

/** The results of error trials, their folder, and the images that the networks got wrong. */
export interface MadeTrials {
  readonly folder: string;
  readonly trials: ErrorTrials;
  readonly pictures: readonly TestImage[];
}

/** The most bytes of images that are kept in memory for the nearest exemplar. */
const MOST_BYTES = 400e6;
/** If --train-limit leaves out fewer images than this, they are too few to learn mistakes from. */
const ENOUGH = 100;
/** This number stands for "all images". */
const ALL = 1e9;
/** A single image is learnt with a smaller step than a batch: the factor. */
const OF_PEAK = 1 / 4;

/**
 * The error trials of a sweep over sizes, top to bottom: how the error falls with training images, width and depth; the
 * nearest exemplar as a baseline; mistakes learnt one at a time; the ledger of wrong answers. The results are written
 * to `save/sweeps/<name>/`.
 *
 * @param options The options of each run, in the order of `grid`.
 */
export async function* errorTrials(
  name: string,
  grid: readonly SweepRun[],
  options: readonly RunOptions[],
): AsyncGenerator<TrialNote, MadeTrials> {
  const [{save}] = options;
  const folder = join(save, "sweeps", name);
  const runs: TrialRun[] = [];
  for (const run of grid) runs.push({run, saved: await openSavedRun((await findRun(save, run.name)).path)});
  const curves = sizeCurves(runs);
  const isOverImages = curves.some(({flag}) => flag === IMAGES);
  let baseline: Baseline | null = null;
  if (isOverImages) {
    yield {line: "nearest exemplars by pixels"};
    const found = await nearestBaseline(curves, options[0]);
    if (typeof found === "string") yield {line: found};
    else baseline = found;
  }
  const learned = yield* mistakesLearned(runs, options);
  const missed = await writeLedger(folder, save, runs);
  const {facts} = runs[0].saved;
  const trials: ErrorTrials = {
    ...{schema: "epochscope/trials/1", name, classNames: facts.data.classNames, runs: runs.length},
    testImages: (facts.data as unknown as {readonly test: number}).test,
    ...{curves, baseline, learned, missed: missed.map(({image: _, ...one}) => one)},
  };
  await writeWhole(join(folder, "curves.csv"), curvesTable(trials));
  for (const {name: file, chart} of trialCharts(trials)) {
    const {width, height, draw} = sizeSheet(chart);
    await writeWhole(join(folder, `${file}.png`), figure(width, height, draw).png);
  }
  await writeWhole(join(folder, "trials.json"), `${JSON.stringify(trials, undefined, 1)}\n`);
  return {folder, trials, pictures: missed.map(({image}) => image)};
}

/**
 * The error of the nearest exemplar among as many images as each network learnt from; or the reason why it is left out.
 */
async function nearestBaseline(curves: readonly SizeCurve[], options: RunOptions): Promise<Baseline | string> {
  const data = await opened({...options, trainLimit: ALL});
  const sizes = curves.flatMap(({flag, series}) =>
    flag === IMAGES ? series.flatMap(({points}) => points.map(({x}) => x)) : [],
  );
  const limits = [...new Set(sizes)].sort((a, b) => a - b);
  const [height, width, channels] = data.imageShape;
  const bytes = height * width * channels * (limits[limits.length - 1] + data.test.count);
  if (bytes > MOST_BYTES) {
    const [got, most] = [bytes, MOST_BYTES].map((n) => `${Math.round(n / 1e6).toLocaleString("en")} MB`);
    return `the nearest exemplar is left out: its images would take ${got}, and ${most} is the most`;
  }
  const known = await bytesOf(wholeTrainingSet(data), limits[limits.length - 1]);
  const asked = await bytesOf(data.test, data.test.count);
  const points = nearestExemplars(known, asked, limits).map((nearest, k) => {
    const wrong = nearest.reduce((sum, place, n) => sum + Number(known.labels[place] !== asked.labels[n]), 0);
    return {x: limits[k], error: wrong / asked.count};
  });
  return {points};
}

/**
 * Measures what mistakes teach: in the runs with the smallest train-limit (one for each seed), the network learns its
 * mistakes one at a time.
 */
async function* mistakesLearned(
  runs: readonly TrialRun[],
  options: readonly RunOptions[],
): AsyncGenerator<TrialNote, LearnedMistakes | null> {
  const least = Math.min(...options.map(({trainLimit}) => trainLimit));
  const first = options.findIndex(({trainLimit}) => trainLimit === least);
  const chosen = runs.flatMap((one, n) =>
    JSON.stringify(one.run.values) === JSON.stringify(runs[first].run.values) ? [{...one, options: options[n]}] : [],
  );
  const seeds: LearnedOne[] = [];
  const rate = peakRate(options[first].optimizer, runs[first].saved.facts.model.name, 1) * OF_PEAK;
  let images: LearnedMistakes["images"] = "left out by --train-limit";
  for (const {run, saved, options: own} of chosen) {
    yield {line: `mistakes learnt one at a time: ${run.name}`};
    const all = await opened({...own, trainLimit: ALL});
    const whole = wholeTrainingSet(all);
    const outside = Array.from(whole.sources ?? []).flatMap((source, n) => (source >= own.trainLimit ? [n] : []));
    const isEnough = outside.length >= ENOUGH;
    images = isEnough ? "left out by --train-limit" : "held out to validate";
    const part = isEnough ? subset(whole, Uint32Array.from(outside)) : (await opened(own)).validation;
    seeds.push(
      await withKeptNetwork(saved.path, all, own, (network) =>
        learnMistakes(network, part, all.test, {rate, seed: run.seed}),
      ),
    );
  }
  return {run: chosen[0].run.name, images, rate, seeds};
}

async function opened(options: RunOptions) {
  const opening = openData({...options, cacheFolder: join(options.save, "data")});
  for (;;) {
    const {done, value} = await opening.next();
    if (done) return value;
  }
}

/** Every point of every curve, and of the baseline. */
function curvesTable({curves, baseline}: ErrorTrials): string {
  const rows = [
    ...curves.flatMap(({flag, series}) =>
      series.flatMap(({name, points}) =>
        points.flatMap(({x, errors, weights}) => errors.map((error) => ({flag, others: name, x, weights, error}))),
      ),
    ),
    ...(baseline?.points ?? []).map(({x, error}) => ({flag: IMAGES, others: "nearest exemplar", x, weights: 0, error})),
  ];
  const column = (of: (row: (typeof rows)[number]) => string | number) => rows.map(of);
  return csvTable({
    by: column(({flag}) => flag),
    others: column(({others}) => others),
    x: column(({x}) => x),
    weights: column(({weights}) => weights),
    error: column(({error}) => Number(error.toPrecision(6))),
  });
}
