import {constants, existsSync} from "node:fs";
import {access} from "node:fs/promises";
import {dirname, join, resolve} from "node:path";

import type {Dataset} from "../../nouns/samples";
import {orUserError} from "../../nouns/system-errors";
import {openData} from "../data/index";
import {first} from "../data/split";
import {labelsAt} from "../data/split-labels";
import {threadJobs} from "../jobs/thread";
import {savedModel} from "../model/load/saved-model";
import {imagesALook} from "../probes/look-budget";
import {environment} from "../record/environment";
import {keptEpochs, probedEpochs} from "../record/kept-epochs";
import {checkNewRun} from "../record/run-directory";
import {runName} from "../record/run-name";
import type {RunControl} from "../run";
import {openNetwork} from "../run/choose-engine";
import {chooseModel} from "../run/choose-model";
import type {RunEvent} from "../run/events";
import {factsOf} from "../run/facts";
import type {RunOptions} from "../run/options";
import {chooseProbes, type ProbeOptions, suitedProbes} from "../run/probe-once";
import {rateOf, threadsOf} from "../run/resolved";
import {samplePlaces} from "../run/samples";
import {augmentation} from "../training/augment/augment";
import {rangesOf} from "../training/augment/ranges";
import {balancedWeights} from "../training/class-weights";
import {lengthOf} from "../training/length";
import {trainingRecord} from "../training/training-record";
import {type MeasuredLook, measureLook, measureTraining} from "./measure";
import {type Plan, rough} from "./plan";

/** The input of a plan for a run. */
export type PlanControl = Pick<RunControl, "signal" | "makeModel" | "probes">;

/**
 * Plans a run: what it would do, how long it would take and what it would write. Everything is checked and opened as in
 * the run itself. Some batches are trained and the network is looked at once, to measure the cost of both on this
 * machine. Nothing is written.
 *
 * @throws What the run would throw before its first batch.
 */
export async function* planRun(
  asked: RunOptions,
  probeOptions: ProbeOptions = {},
  {signal, makeModel: own, probes: ownProbes = []}: PlanControl = {},
): AsyncGenerator<RunEvent, Plan> {
  const wanted = chooseProbes(asked.probes, probeOptions, undefined, ownProbes);
  if (asked.name) await checkNewRun(asked.save, asked.name);
  await checkWritable(asked.save);
  const notes: string[] = [];
  const data = yield* dataFor(asked, signal, notes);
  const length = lengthOf(asked, data);
  const {epochs, batchSize} = length;
  const options = {...asked, epochs, batchSize};
  const chosenModel = await chooseModel(options, data, own, undefined);
  const {name, why} = chosenModel;
  notes.push(...(length.note ? [length.note] : []), ...chosenModel.notes);
  const labels = options.classWeights === "balanced" ? await labelsAt(data.train, first(data.train.count)) : undefined;
  const made = environment();
  const {model, network, engine} = await openNetwork({
    ...options,
    ...data,
    classWeights: labels && balancedWeights(labels, data.classNames.length),
    threads: threadsOf(options, made),
    makeModel: chosenModel.makeModel,
  });
  try {
    const {chosen, notes: unsuited} = suitedProbes(wanted, network, options.probes);
    notes.push(...unsuited);
    const testLabels = await labelsAt(data.test, first(data.test.count));
    const sampleIndices = samplePlaces(options.samples, testLabels, data.classNames.length);
    const rate = rateOf(options, name);
    const record = trainingRecord(data.train.count, data.classNames.length);
    const augment = augmentation(rangesOf(options, data), options.seed);
    const training = {epochs, batchSize, seed: options.seed, ...rate, record, augment};
    const trained = await measureTraining(network, data, training, signal);
    const run = options.name || runName(made.startedAt, data.name, name);
    const facts = factsOf(name, model);
    const probed = probedEpochs(epochs, options.every);
    const path = resolve(options.save, run);
    const look = await measureLook(
      {
        ...{seed: options.seed, chosen, data, network, batchSize, jobs: threadJobs, sampleIndices, signal},
        ...(data.folder === undefined ? {} : {budget: imagesALook(data.train.count, epochs, probed.length)}),
        layers: facts.layers,
        modelFiles: async () => ({...savedModel(model, await network.getWeights(), "")}),
      },
      path,
      trained.progress,
      options.projector,
    );
    notes.push(...look.failures);
    const [batches, looks] = [trained.progress.batches, probed.length];
    const shown = keptEpochs(probed, options.keepEpochs).length;
    // a pass without gradients is about a third of one with them
    const passes = 1 + options.folds + (options.dynamicsPass === "after" ? 1 / 3 : 0);
    const trainSeconds = epochs * batches * trained.secondsABatch * passes;
    const {schedule: _, ...resolved} = rate;
    return {
      options: {...options, learningRate: resolved.learningRate, schedule: resolved.shape},
      probes: Object.fromEntries(chosen.map(({probe, values}) => [probe.name, values])),
      data: dataFacts(data),
      model: {name, parameters: facts.parameters, why},
      engine,
      ...{epochs, batches, batchSize, looks},
      seconds: {
        // a look takes half the time once the network has warmed up
        low: rough(0.8 * (trainSeconds + (looks * look.seconds) / 2)),
        high: rough(1.4 * (trainSeconds + looks * (look.seconds + look.laterSeconds))),
      },
      bytes: rough(bytesOfRun(look, data, {epochs, looks, shown, parameters: facts.parameters})),
      measured: {batches: trained.batches, looks: 1},
      runs: [{name: run, path, state: "new"}],
      notes,
    };
  } finally {
    await network.dispose();
  }
}

/** Opens the data as the run would; messages on the way become notes. */
async function* dataFor(
  options: RunOptions,
  signal: AbortSignal | undefined,
  notes: string[],
): AsyncGenerator<RunEvent, Dataset> {
  // without an address nothing is downloaded, because a plan must write nothing
  const opening = openData({...options, dataUrl: "", cacheFolder: join(options.save, "data")}, signal);
  for (;;) {
    const {done, value} = await opening.next();
    if (done) return value;
    if ("note" in value) notes.push(value.note);
    else yield {type: "data", ...value};
  }
}

/** @throws UserError if nothing can be written there; the folder itself need not be there yet. */
export async function checkWritable(save: string): Promise<void> {
  let folder = resolve(save);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  // because of the dot, a file is an error, too
  await orUserError(folder, () => access(`${folder}/.`, constants.W_OK));
}

export function dataFacts({name, digest, imageShape, classNames, train, validation, test}: Dataset): Plan["data"] {
  return {name, digest, imageShape, classNames, train: train.count, validation: validation.count, test: test.count};
}

/** The facts from which a run's size is estimated, after one look. */
interface Size {
  readonly epochs: number;
  readonly looks: number;
  /** How many looks have pictures, and appear in the page and in TensorBoard. */
  readonly shown: number;
  readonly parameters: number;
}

/**
 * How many bytes an image's line takes in samples.csv and suspects.csv, and how many its training answers take for each
 * epoch.
 */
const [SAMPLE_LINE, SUSPECT_LINE, ANSWER] = [87, 44, 11];
/** How many bytes these take: the data map; the pictures of the training set, at most; the page without its numbers. */
const [DATA_MAP, PICTURES, PAGE] = [3.5e5, 1.8e6, 5e5];
/** The size of the page's packed numbers, as a share of their size before. */
const PACKED = 0.25;

/**
 * How many bytes a run's two folders take. The size of the look was measured; the rest is arrays of known length, and
 * files like those of a default run.
 */
export function bytesOfRun(look: MeasuredLook, data: Dataset, {epochs, looks, shown, parameters}: Size): number {
  const {train, validation, test, imageShape} = data;
  let [numbers, pictures, maps] = [0, 0, 0];
  for (const [path, bytes] of look.directory.bytes) {
    if (path.startsWith("plots/projection/")) maps += bytes;
    if (path.startsWith("plots/")) pictures += bytes;
    else if (!path.startsWith("model/")) numbers += bytes;
  }
  const pixels = imageShape[0] * imageShape[1] * imageShape[2];
  const images = test.count * (pixels + 2);
  const pictured = DATA_MAP + Math.min(PICTURES, train.count * pixels);
  const story = train.count === 0 ? 0 : pictured + train.count * (ANSWER * epochs + 3);
  const lists = SAMPLE_LINE * (train.count + test.count) + SUSPECT_LINE * (validation.count + test.count);
  const weights = 4 * parameters * (train.count === 0 ? 1 : 4); // the best; a checkpoint with the optimizer's
  const film = maps * shown * 0.5;
  const page = PAGE + PACKED * (numbers * shown + images);
  return images + story + lists + weights + film + page + looks * numbers + shown * (pictures + look.logBytes);
}
