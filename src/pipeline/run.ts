import {version as tfjsVersion} from "@tensorflow/tfjs";

import {accuracy, crossEntropy, softmaxRows} from "./analysis/scores";
import {openData} from "./data/index";
import {first} from "./data/split";
import {models} from "./model/index";
import {savedModel} from "./model/saved-model";
import {resolveOptions} from "./options";
import {probes} from "./probes/index";
import {fork} from "./random";
import {type Environment, environment} from "./record/environment";
import {createRunDirectory, type RunDirectory, runName} from "./record/run-directory";
import {PEAK_RATES, type RunOptions} from "./run-options";
import {logitsOf} from "./training/evaluate";
import {type Engine, openNetwork} from "./training/network";
import {constant, oneCycle} from "./training/schedule";
import {type Progress, type TrainedEpoch, trainEpoch} from "./training/train";
import type {Dataset, EpochMetrics, Network, Probe, ProbeContext} from "./types";

/** Given values by probe name, e.g. `{saliency: {mode: "exigo"}}`. */
export type ProbeOptions = {readonly [probe: string]: {readonly [name: string]: unknown}};

/** What a run tells whoever drives it, as it happens. */
export type RunEvent =
  | {readonly type: "download"; readonly file: string; readonly received: number; readonly total: number}
  | {
      readonly type: "start";
      readonly path: string;
      readonly data: Dataset;
      readonly model: ModelFacts;
      readonly engine: Engine;
    }
  | ({readonly type: "train"} & Progress)
  | {readonly type: "probe"; readonly epoch: number; readonly probe: string}
  | {readonly type: "say"; readonly line: string}
  | {readonly type: "failure"; readonly probe: string; readonly error: Error}
  | {readonly type: "epoch"; readonly metrics: EpochMetrics; readonly best: boolean}
  | {readonly type: "end"; readonly path: string; readonly best: EpochMetrics};

export interface ModelFacts {
  readonly name: string;
  readonly parameters: number;
  readonly layers: readonly {
    readonly name: string;
    readonly type: string;
    readonly outputShape: readonly (number | null)[];
    readonly parameters: number;
  }[];
}

/** Sample images that every epoch explains. */
const SAMPLES = 10;

/**
 * The whole pipeline, top to bottom: data → model → for the untrained network and after each epoch (train → evaluate →
 * keep the best → probes → files).
 */
export async function* run(options: RunOptions, probeOptions: ProbeOptions = {}): AsyncGenerator<RunEvent> {
  const {seed, epochs, batchSize, save, every} = options;
  const chosen = chosenProbes(options.probes, probeOptions);
  const made = environment();
  const data = yield* withType("download", openData({...options, cacheFolder: `${save}/data`}));
  const makeModel = () => models[options.model](data.imageShape, data.classNames.length, seed);
  const {model, network, engine} = await openNetwork({...options, ...data, makeModel});
  const facts = factsOf(options.model, model);
  const training = {epochs, batchSize, seed, ...rateOf(options)};

  const directory = await createRunDirectory(save, options.name || runName(made.startedAt, data.name, options.model));
  await directory.writeJson("run.json", runJson(options, chosen, made, data, facts, engine, training));
  yield {type: "start", path: directory.path, data, model: facts, engine};
  await keepTestImages(directory, data);

  let best: EpochMetrics | undefined;
  for (let epoch = 0; epoch <= epochs; epoch++) {
    const begun = performance.now();
    const trained: TrainedEpoch | undefined =
      epoch === 0 ? undefined : yield* withType("train", trainEpoch(network, data.train, epoch, training));
    const trainedAt = performance.now();
    const validation = await evaluate(network, data.validation);
    const test = await evaluate(network, data.test);
    const evaluatedAt = performance.now();

    const failures: {[probe: string]: string} = {};
    if (epoch % every === 0 || epoch === epochs) {
      const context = await probeContext(data, network, epoch, softmaxRows(test.logits, data.classNames.length));
      for (const {probe, values} of chosen) {
        yield {type: "probe", epoch, probe: probe.name};
        const failure = yield* probeOnce(probe, values, context, directory, seed);
        if (failure) failures[probe.name] = failure.message;
      }
    }
    const metrics: EpochMetrics = {
      epoch,
      trainLoss: trained?.trainLoss ?? null,
      trainAccuracy: trained?.trainAccuracy ?? null,
      validationLoss: validation.loss,
      validationAccuracy: validation.accuracy,
      testLoss: test.loss,
      testAccuracy: test.accuracy,
      seconds: {
        train: (trainedAt - begun) / 1000,
        evaluate: (evaluatedAt - trainedAt) / 1000,
        probes: (performance.now() - evaluatedAt) / 1000,
      },
      steps: trained?.steps ?? [],
      ...(Object.keys(failures).length > 0 ? {failures} : {}),
    };
    const isBest = best === undefined || metrics.validationLoss < best.validationLoss;
    if (isBest) {
      best = metrics;
      for (const [name, content] of Object.entries(savedModel(model, await network.getWeights(), versionOf(made)))) {
        await directory.writeFile(`model/${name}`, content);
      }
      const {seconds, steps, ...scores} = metrics;
      await directory.writeJson("model/best.json", scores);
    }
    await directory.appendMetrics(metrics);
    yield {type: "epoch", metrics, best: isBest};
  }
  await network.dispose();
  yield {type: "end", path: directory.path, best: best!};
}

interface ChosenProbe {
  readonly probe: Probe;
  readonly values: object;
}

function chosenProbes(names: string, given: ProbeOptions): readonly ChosenProbe[] {
  const wanted =
    names === "all" ? probes : names === "none" ? [] : probes.filter(({name}) => names.split(",").includes(name));
  return wanted.map((probe) => ({
    probe,
    values: resolveOptions(probe.options, given[probe.name] ?? {}, `--${probe.name}.`),
  }));
}

/** Runs one probe and keeps what it gives. One that throws does not cost the run: the error is told and kept. */
async function* probeOnce(
  probe: Probe,
  values: object,
  context: Omit<ProbeContext, "random" | "previous" | "say">,
  directory: RunDirectory,
  seed: number,
): AsyncGenerator<RunEvent, Error | undefined> {
  const said: string[] = [];
  const {epoch} = context;
  const own: ProbeContext = {
    ...context,
    random: fork(seed, probe.name, epoch),
    previous: (name) => directory.previousArtifact(epoch, probe.name, name),
    say: (line) => said.push(`${probe.name}: ${line}`),
  };
  const artifacts = probe.run(own, values)[Symbol.asyncIterator]();
  for (;;) {
    let failure: Error | undefined;
    const next = await artifacts.next().catch((error: Error) => {
      failure = error;
    });
    for (const line of said.splice(0)) yield {type: "say", line};
    if (failure) yield {type: "failure", probe: probe.name, error: failure};
    if (!next || next.done) return failure;
    await directory.writeArtifact(epoch, probe.name, next.value); // a full disk ends the run
  }
}

async function probeContext(data: Dataset, network: Network, epoch: number, testProbabilities: Float32Array) {
  const sampleIndices = first(Math.min(SAMPLES, data.test.count));
  const samples = await data.test.read(sampleIndices);
  return {epoch, classifier: network, test: data.test, testProbabilities, samples, sampleIndices};
}

async function evaluate(network: Network, split: Dataset["test"]) {
  const {logits, labels} = await logitsOf(network, split);
  const classes = network.classNames.length;
  return {logits, loss: crossEntropy(logits, labels, classes), accuracy: accuracy(logits, labels, classes)};
}

function rateOf({optimizer, learningRate, schedule}: RunOptions) {
  const rate = learningRate || PEAK_RATES[optimizer];
  const shape = schedule === "auto" ? (learningRate ? "constant" : "one-cycle") : schedule;
  return {learningRate: rate, shape, schedule: shape === "constant" ? constant(rate) : oneCycle(rate)};
}

function factsOf(name: string, model: import("@tensorflow/tfjs").LayersModel): ModelFacts {
  const layers = model.layers.map((layer) => ({
    name: layer.name,
    type: layer.getClassName(),
    outputShape: layer.outputShape as (number | null)[],
    parameters: layer.countParams(),
  }));
  return {name, parameters: model.countParams(), layers};
}

function runJson(
  options: RunOptions,
  chosen: readonly ChosenProbe[],
  made: Environment,
  data: Dataset,
  model: ModelFacts,
  engine: Engine,
  training: {readonly learningRate: number; readonly shape: string},
): object {
  const {name, digest, imageShape, classNames, train, validation, test} = data;
  const counts = {train: train.count, validation: validation.count, test: test.count};
  return {
    format: "epochscope-run/1",
    startedAt: made.startedAt.toISOString(),
    seed: options.seed,
    options,
    training: {learningRate: training.learningRate, schedule: training.shape, loss: "softmax cross-entropy"},
    probes: Object.fromEntries(chosen.map(({probe, values}) => [probe.name, values])),
    data: {name, digest, imageShape, classNames, ...counts},
    model,
    engine,
    versions: {...made.versions, tfjs: tfjsVersion.tfjs},
    processor: made.processor,
  };
}

/** The test images as bytes, once a run: the report draws them, and a saved run can be asked about them. */
async function keepTestImages(directory: RunDirectory, data: Dataset): Promise<void> {
  const {count, pixels, labels, shape} = await data.test.read(first(data.test.count));
  const bytes = Uint8Array.from(pixels, (value) => Math.round(255 * value));
  await directory.writeValue("test-images", {count, shape, classNames: data.classNames, pixels: bytes, labels});
}

function versionOf({versions}: Environment): string {
  return `epochscope ${versions.epochscope}`;
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
