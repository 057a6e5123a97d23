import {basename} from "node:path";

import type {LayersModel} from "@tensorflow/tfjs";
import type {Figure} from "../plots/figure";

import {accuracy, crossEntropy, softmaxRows} from "./analysis/scores";
import {openData} from "./data/index";
import {first} from "./data/split";
import {models} from "./model/index";
import {savedModel} from "./model/saved-model";
import {UserError} from "./options";
import {readCheckpoint, writeCheckpoint} from "./record/checkpoint";
import {type Environment, environment} from "./record/environment";
import {createRunDirectory, type RunDirectory, runName} from "./record/run-directory";
import type {RunEvent} from "./run-events";
import {factsOf, runFacts} from "./run-facts";
import {keepInside} from "./run-inside";
import {openRunLog} from "./run-log";
import {openNetwork} from "./run-network";
import {PEAK_RATES, type RunOptions} from "./run-options";
import {chooseProbes, type ProbeOptions, probeOnce} from "./run-probes";
import {logitsOf} from "./training/evaluate";
import {constant, oneCycle} from "./training/schedule";
import {type EpochProgress, epochStart, trainEpoch} from "./training/train";
import type {Dataset, EpochMetrics, Network} from "./types";

export interface RunControl {
  /** Stops after the batch or the probe at hand; what was learnt is kept, and can be gone on with. */
  readonly signal?: AbortSignal;
  /** A run that was broken off, to go on with in place of a new one. */
  readonly resume?: RunDirectory;
}

/** Sample images that every epoch explains. */
const SAMPLES = 10;

/**
 * The whole pipeline, top to bottom: data → model → for the untrained network and after each epoch (train → checkpoint →
 * evaluate → probes → keep the best → metrics).
 */
export async function* run(
  options: RunOptions,
  probeOptions: ProbeOptions = {},
  {signal, resume}: RunControl = {},
): AsyncGenerator<RunEvent> {
  const {seed, epochs, batchSize, save, every} = options;
  const chosen = chooseProbes(options.probes, probeOptions);
  const made = environment();
  const data = yield* withType("download", openData({...options, cacheFolder: `${save}/data`}));
  const makeModel = () => models[options.model](data.imageShape, data.classNames.length, seed);
  const {model, network, engine} = await openNetwork({
    ...options,
    ...data,
    threads: threadsOf(options, made),
    makeModel,
  });
  const training = {epochs, batchSize, seed, ...rateOf(options)};
  const facts = factsOf(options.model, model);

  const directory =
    resume ?? (await createRunDirectory(save, options.name || runName(made.startedAt, data.name, options.model)));
  const metrics = await directory.readMetrics();
  let progress = epochStart(0, data.train, batchSize);
  if (resume) {
    progress = await restored(resume, network, data, metrics, batchSize);
  } else {
    const name = basename(directory.path);
    await directory.writeJson("run.json", runFacts(name, options, chosen, made, data, facts, engine, training));
    await keepTestImages(directory, data);
  }
  yield {type: "start", path: directory.path, data, model: facts, engine};
  const {save: _, name: __, ...logged} = options;
  const log = await openRunLog(directory, {...logged, engine: engine.name}, network, data, {
    projected: options.projector,
    batchSize,
    topology: `${model.toJSON()}`,
  });

  try {
    for (let epoch = progress.epoch; epoch <= epochs; epoch++) {
      if (epoch !== progress.epoch) progress = epochStart(epoch, data.train, batchSize);
      const begun = performance.now();
      if (epoch > 0) {
        for await (progress of trainEpoch(network, data.train, progress, training, signal)) {
          yield {type: "train", ...progress};
        }
        await keepCheckpoint(directory, network, progress);
        if (signal?.aborted) return yield {type: "interrupted", path: directory.path};
      }
      const trainedAt = performance.now();
      const validation = await evaluate(network, data.validation);
      const test = await evaluate(network, data.test);
      const evaluatedAt = performance.now();

      const failures: {[probe: string]: string} = {};
      const figures: {[name: string]: Figure} = {};
      if (epoch % every === 0 || epoch === epochs) {
        const context = await contextOf(data, network, epoch, test.logits);
        const inside = yield* keepInside(directory, network, facts.layers, context);
        if (inside) failures.network = inside.message;
        for (const one of chosen) {
          yield {type: "probe", epoch, probe: one.probe.name};
          const failure = yield* probeOnce(one, context, directory, seed, figures);
          if (failure) failures[one.probe.name] = failure.message;
          if (signal?.aborted) return yield {type: "interrupted", path: directory.path};
        }
      }
      const line: EpochMetrics = {
        epoch,
        trainLoss: epoch === 0 ? null : progress.lossSum / progress.images,
        trainAccuracy: epoch === 0 ? null : progress.correct / progress.images,
        validationLoss: validation.loss,
        validationAccuracy: validation.accuracy,
        testLoss: test.loss,
        testAccuracy: test.accuracy,
        seconds: {
          train: (trainedAt - begun) / 1000,
          evaluate: (evaluatedAt - trainedAt) / 1000,
          probes: (performance.now() - evaluatedAt) / 1000,
        },
        steps: progress.steps,
        ...(Object.keys(failures).length > 0 ? {failures} : {}),
      };
      const isBest = metrics.every(({validationLoss}) => line.validationLoss < validationLoss);
      if (isBest) await keepBest(directory, model, network, line, made.versions.epochscope);
      metrics.push(line);
      await directory.writeMetrics(metrics);
      const lastStep = epoch * progress.batches - 1;
      await log.epoch(line, training.schedule(Math.max(0, lastStep), epochs * progress.batches), figures);
      yield {type: "epoch", metrics: line, best: isBest};
    }
    log.finish(true);
    yield {
      type: "end",
      path: directory.path,
      best: metrics.reduce((a, b) => (b.validationLoss < a.validationLoss ? b : a)),
    };
  } finally {
    await network.dispose();
  }
}

/** What probes see of an epoch. */
async function contextOf(data: Dataset, network: Network, epoch: number, testLogits: Float32Array) {
  const sampleIndices = first(Math.min(SAMPLES, data.test.count));
  const samples = await data.test.read(sampleIndices);
  const testProbabilities = softmaxRows(testLogits, data.classNames.length);
  return {epoch, classifier: network, test: data.test, testProbabilities, samples, sampleIndices};
}

async function evaluate(network: Network, split: Dataset["test"]) {
  const {logits, labels} = await logitsOf(network, split);
  const classes = network.classNames.length;
  return {logits, loss: crossEntropy(logits, labels, classes), accuracy: accuracy(logits, labels, classes)};
}

/** Past 8 threads a step of a small network is spent waiting for the last one. */
function threadsOf({threads}: RunOptions, {processor}: Environment): number {
  return threads || Math.min(8, processor.cores);
}

function rateOf({optimizer, learningRate, schedule}: RunOptions) {
  const rate = learningRate || PEAK_RATES[optimizer];
  const shape = schedule === "auto" ? (learningRate ? "constant" : "one-cycle") : schedule;
  return {learningRate: rate, shape, schedule: shape === "constant" ? constant(rate) : oneCycle(rate)};
}

async function keepBest(
  directory: RunDirectory,
  model: LayersModel,
  network: Network,
  line: EpochMetrics,
  version: string,
) {
  const files = savedModel(model, await network.getWeights(), `epochscope ${version}`);
  for (const [name, content] of Object.entries(files)) await directory.writeFile(`model/${name}`, content);
  const {seconds, steps, ...scores} = line;
  await directory.writeJson("model/best.json", scores);
}

async function keepCheckpoint(directory: RunDirectory, network: Network, progress: EpochProgress): Promise<void> {
  const [weights, optimizer] = [await network.getWeights(), await network.getOptimizerState()];
  await writeCheckpoint(directory.path, `${progress.epoch}-${progress.batch}`, {
    position: progress,
    weights,
    optimizer,
  });
}

/** Puts the network where the run was broken off, and says where that is. */
async function restored(
  directory: RunDirectory,
  network: Network,
  data: Dataset,
  metrics: readonly EpochMetrics[],
  batchSize: number,
): Promise<EpochProgress> {
  const checkpoint = await readCheckpoint<EpochProgress>(directory.path);
  if (!checkpoint) return epochStart(metrics.length, data.train, batchSize); // broken off before the first epoch's end
  const {position, weights, optimizer} = checkpoint;
  if (position.batches !== Math.ceil(data.train.count / batchSize)) {
    throw new UserError(
      `${directory.path}: expected the data the run began with, got another number of training images`,
    );
  }
  await network.setWeights(weights);
  await network.setOptimizerState(optimizer);
  const isDone = metrics.some(({epoch}) => epoch === position.epoch);
  return isDone ? epochStart(position.epoch + 1, data.train, batchSize) : position;
}

/** The test images as bytes, once a run: the report draws them, and a saved run can be asked about them. */
async function keepTestImages(directory: RunDirectory, data: Dataset): Promise<void> {
  const {count, pixels, labels, shape} = await data.test.read(first(data.test.count));
  // Uint8Array.from would gather the millions of numbers in a list of its own first: a second, and 400 MB.
  const bytes = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) bytes[i] = Math.round(255 * pixels[i]);
  await directory.writeValue("test-images", {count, shape, classNames: data.classNames, pixels: bytes, labels});
}

/** Passes on what a generator yields as events of one type, and gives what it returns. */
async function* withType<const T extends RunEvent["type"], E extends object, R>(
  type: T,
  events: AsyncGenerator<E, R>,
): AsyncGenerator<{type: T} & E, R> {
  for (;;) {
    const next = await events.next();
    if (next.done) return next.value;
    yield {type, ...next.value};
  }
}
