import {judgedLoss} from "../../nouns/judged-loss";
import type {LookedAtNetwork, NamedArray, Network} from "../../nouns/network";
import type {Dataset, LabelledImages} from "../../nouns/samples";
import {accuracy, crossEntropy, softmaxRows} from "../../numbers/scores";
import type {AskedImages} from "../../numbers/suspects";
import {fittedTemperature} from "../../numbers/temperature";
import type {Figure} from "../../plots/figure";
import {first} from "../data/split";
import type {Jobs} from "../jobs/jobs";
import {epochStem} from "../record/epoch-stem";
import {keepWeights} from "../record/epoch-weights";
import {bestEpoch} from "../record/kept-epochs";
import type {RunDirectory} from "../record/run-directory";
import {logitsAndActivationsOf, logitsOf} from "../training/evaluate";
import type {JudgedEpoch} from "../training/patience";
import type {EpochProgress} from "../training/train";
import type {EpochMetrics} from "../types";
import type {ModelFacts, RunEvent} from "./events";
import {keepInside} from "./inside";
import {GRADIENT_IMAGES, keepLayers} from "./layers";
import {type ChosenProbe, finishLater, probeOnce, type Results} from "./probe-once";
import {answersTo} from "./suspects";
import type {RunLog} from "./tensorboard";
import {together} from "./together";

/** Everything that looks need, the same for the whole run. */
export interface Looking {
  readonly seed: number;
  readonly chosen: readonly ChosenProbe[];
  /** Whether the probes look at an epoch. */
  isProbed(epoch: number): boolean;
  /** Whether an epoch gets pictures whatever its loss is. For most epochs of a long run, only the numbers are kept. */
  isKept(epoch: number): boolean;
  /** Whether an epoch is the last one because the validation loss falls no more. */
  isLast(line: JudgedEpoch): boolean;
  /** The places of the test images that every look explains. */
  readonly sampleIndices: Uint32Array;
  /** How many images a look may ask about (`imagesALook`); absent: as many as the probes' options require. */
  readonly budget?: number;
  /** The learning rate of an epoch's last step; undefined if it is not known. */
  rateAfter(epoch: number): number | undefined;
  readonly data: Dataset;
  readonly layers: ModelFacts["layers"];
  readonly network: LookedAtNetwork & Partial<Pick<Network, "gradients">>;
  /** The training images whose gradient is taken at each look. */
  learnt?: LabelledImages;
  /** How many images the network takes at a time while it trains; absent: any number. */
  readonly batchSize?: number;
  readonly jobs: Jobs;
  /** The files in `model/` that hold the network as it is now, by their names. */
  modelFiles(): Promise<{readonly [name: string]: string | Uint8Array}>;
  readonly directory: RunDirectory;
  readonly log: RunLog;
  /**
   * The best epoch's answers to images that the network did not learn from; absent until a trained epoch is the best
   * one.
   */
  heldOut?: readonly AskedImages[];
  /** The weights at the last look; each look keeps how far every array has moved since then. */
  weightsBefore?: readonly NamedArray[];
  /** The buffer with the last look's activations of the test images; the next look overwrites it. */
  room?: Float32Array;
  /** The notes by probes that the user has seen; each is shown once. */
  readonly told: Set<string>;
  /** The epochs so far; a look adds its own. */
  readonly metrics: EpochMetrics[];
  readonly signal: AbortSignal | undefined;
}

/** The part of a look that remains when the network is no longer needed. */
export interface Rest {
  /** The epoch's metrics. */
  readonly line: EpochMetrics;
  /** Whether `keep` could finish without waiting. */
  isReady(): boolean;
  /** Keeps the work that finishes later, and then the epoch's metrics: an epoch that has metrics is complete. */
  keep(): AsyncGenerator<RunEvent, void>;
}

/**
 * Looks at the network as it stands: evaluate → probes, side by side → keep the best → log. If probes still have work
 * that needs the network no more, the look returns it as unfinished: training may go on, but the next look must wait
 * for it. If the user interrupts the look, it returns nothing and keeps no metrics, so a resumed run looks again.
 *
 * @param progress The progress of the epoch that was just trained.
 * @param trainSeconds How long the training took.
 */
export async function* look(
  looking: Looking,
  progress: EpochProgress,
  trainSeconds: number,
): AsyncGenerator<RunEvent, Rest | undefined> {
  const {data, network, directory, metrics, signal, log} = looking;
  const {epoch} = progress;
  const begun = performance.now();
  const validation = data.validation.count > 0 ? await evaluate(network, data.validation) : undefined;
  const validationLoss = validation?.loss ?? null;
  const isLast = looking.isLast({epoch, validationLoss});
  const isProbed = looking.isProbed(epoch) || isLast;
  const layer = isProbed ? layerRead(looking) : undefined;
  const test = await evaluate(network, data.test, layer, looking.room);
  if (test.activations) looking.room = test.activations.values;
  const more = data.moreTest && (await evaluate(network, data.moreTest));
  const overall = (of: "loss" | "accuracy") =>
    more
      ? (test[of] * test.labels.length + more[of] * more.labels.length) / (test.labels.length + more.labels.length)
      : test[of];
  const [testLoss, testAccuracy] = [overall("loss"), overall("accuracy")];
  const evaluatedAt = performance.now();

  const before = bestEpoch(metrics);
  const loss = judgedLoss({validationLoss, testLoss});
  const best = metrics.every((line) => loss < judgedLoss(line));
  const draws = looking.isKept(epoch) || best || isLast;
  const results: Results = {directory, figures: {}, unfinished: [], told: looking.told, draws};
  const failures = isProbed ? yield* probed(looking, epoch, test, results) : {};
  if (signal?.aborted) return;
  const isTrained = epoch > 0;
  const hasTrained = isTrained && progress.images > 0; // a network that was trained elsewhere has no training figures
  const line: EpochMetrics = {
    epoch,
    trainLoss: hasTrained ? progress.lossSum / progress.images : null,
    trainAccuracy: hasTrained ? progress.correct / progress.images : null,
    validationLoss,
    validationAccuracy: validation?.accuracy ?? null,
    testLoss,
    testAccuracy,
    seconds: {
      train: trainSeconds,
      evaluate: (evaluatedAt - begun) / 1000,
      probes: (performance.now() - evaluatedAt) / 1000,
    },
    steps: progress.steps,
  };
  if (validation && results.draws) {
    const temperature = fittedTemperature(validation.logits, validation.labels, data.classNames.length);
    await directory.writeValue(`calibration/${epochStem(epoch)}`, {temperature});
  }
  if (best) await keepBest(looking, line);
  if (results.draws) await keepWeights(directory, epoch, await network.getWeights());
  if (best && isTrained) {
    looking.heldOut = [
      ...(validation ? [answersTo("validation", data.validation, validation)] : []),
      answersTo("test", data.test, test),
    ];
  }
  await log.epoch(
    line,
    looking.rateAfter(epoch),
    looking.isKept(epoch) ? results.figures : undefined,
    looking.weightsBefore,
  );
  yield {type: "epoch", metrics: line, best};
  const noMoreBest = best && before !== undefined && !looking.isKept(before) ? before : undefined;
  return restOf(looking, line, results, failures, noMoreBest);
}

type Failures = {readonly [probe: string]: string};

function restOf(
  {directory, metrics, log, isKept}: Looking,
  line: EpochMetrics,
  {unfinished, told}: Results,
  failures: Failures,
  noMoreBest?: number,
): Rest {
  const {epoch} = line;
  let ready = unfinished.length === 0;
  void Promise.allSettled(unfinished.map(({drawn}) => drawn)).then(() => {
    ready = true;
  });
  return {
    line,
    isReady: () => ready,
    async *keep() {
      const figures: {[name: string]: Figure} = {};
      const later: {[probe: string]: string} = {};
      for (const one of unfinished) {
        const failure = yield* finishLater(one, epoch, {directory, figures, told});
        if (failure) later[one.probe] = failure.message;
      }
      if (isKept(epoch)) log.pictures(epoch, figures);
      const all = {...failures, ...later};
      metrics.push(Object.keys(all).length > 0 ? {...line, failures: all} : line);
      await directory.writeMetrics(metrics);
      if (noMoreBest !== undefined) await directory.removePictures(noMoreBest);
      yield {type: "kept", epoch};
    },
  };
}

/** Runs the probes. @returns The probes that failed, with the reasons. */
async function* probed(
  looking: Looking,
  epoch: number,
  answers: Awaited<ReturnType<typeof evaluate>>,
  results: Results,
): AsyncGenerator<RunEvent, Failures> {
  const {data, network, jobs, chosen, directory, layers, seed, signal, budget, sampleIndices, weightsBefore} = looking;
  const {logits, labels: testLabels, activations: testActivations} = answers;
  const few = Math.min(GRADIENT_IMAGES, looking.batchSize ?? GRADIENT_IMAGES, data.train.count);
  if (network.gradients && few > 0) looking.learnt ??= await data.train.read(first(few));
  const samples = await data.test.read(sampleIndices);
  const testProbabilities = softmaxRows(logits, data.classNames.length);
  const context = {
    ...{epoch, classifier: network, test: data.test, testLabels, testProbabilities, samples, sampleIndices, jobs},
    ...(testActivations ? {testActivations} : {}),
    ...(budget === undefined ? {} : {budget}),
  };
  const errors = yield* together([
    keepInside(directory, network, layers, context, weightsBefore),
    ...(results.draws ? [keepLayers(directory, network, layers, {...context, learnt: looking.learnt})] : []),
    ...chosen.map((one) => probeOnce(one, context, results, seed, signal)),
  ]);
  const names = ["network", ...(results.draws ? ["layers"] : []), ...chosen.map(({probe}) => probe.name)];
  return Object.fromEntries(errors.flatMap((error, i) => (error ? [[names[i], error.message]] : [])));
}

/** @param layer A layer whose activations are also needed; they go into the buffer `room`, if there is one. */
async function evaluate(network: LookedAtNetwork, split: Dataset["test"], layer?: string, room?: Float32Array) {
  const {logits, labels, activations} =
    layer === undefined
      ? {...(await logitsOf(network, split)), activations: undefined}
      : await logitsAndActivationsOf(network, split, layer, room);
  const classes = network.classNames.length;
  const [loss, share] = [crossEntropy(logits, labels, classes), accuracy(logits, labels, classes)];
  return {logits, labels, loss, accuracy: share, activations};
}

/** The layer that probes read; if several probes name one, the first that the model has. Undefined if there is none. */
function layerRead({chosen, layers}: Looking): string | undefined {
  const wanted = chosen.flatMap(({probe, values}) => probe.layer?.(values) ?? []);
  return wanted.find((layer) => layer === "" || layers.some(({name}) => name === layer));
}

async function keepBest({directory, modelFiles}: Looking, line: EpochMetrics): Promise<void> {
  for (const [name, content] of Object.entries(await modelFiles())) await directory.writeFile(`model/${name}`, content);
  const {seconds, steps, ...scores} = line;
  await directory.writeJson("model/best.json", scores);
}
