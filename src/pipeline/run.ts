import {join} from "node:path";
import {judgedLoss} from "../nouns/judged-loss";
import type {NamedArray, Network} from "../nouns/network";
import {UserError} from "../nouns/options";
import type {Dataset} from "../nouns/samples";
import {openData} from "./data/index";
import {readColumns} from "./data/known-columns";
import {first} from "./data/split";
import {labelsAt} from "./data/split-labels";
import {exactLeaks, leakNote} from "./exact-leaks";
import type {Jobs} from "./jobs/jobs";
import {threadJobs} from "./jobs/thread";
import type {ModelMaker} from "./model/index";
import {savedModel} from "./model/load/saved-model";
import {imagesALook} from "./probes/look-budget";
import {environment} from "./record/environment";
import {keptAnswers} from "./record/epoch-answers";
import {epochStem} from "./record/epoch-stem";
import {keptEpochs, probedEpochs} from "./record/kept-epochs";
import {sweepFiles} from "./record/leftovers";
import {checkOwnFiles, checkOwnLogs} from "./record/own-files";
import {checkNewRun, createRunDirectory, type RunDirectory} from "./record/run-directory";
import {readRunFile} from "./record/run-file";
import {lockRun, type RunLock} from "./record/run-lock";
import {runName} from "./record/run-name";
import {progressFile} from "./record/run-progress";
import {gapsOf} from "./record/source-gaps";
import {clearLogs, logFolderOf} from "./record/tensorboard/log-folder";
import {hasTrainingLabels} from "./record/training-answers";
import {checkpointsOf, type Restored, restored} from "./run/checkpoint";
import {openNetwork} from "./run/choose-engine";
import {chooseModel, OWN} from "./run/choose-model";

import {openRunData} from "./run/data";
import type {LabelReport, RunEvent} from "./run/events";
import {factsOf, runFacts} from "./run/facts";
import {type Looking, look, type Rest} from "./run/look";
import type {RunOptions} from "./run/options";
import {withPage} from "./run/page";
import {chooseProbes, type ProbeOptions, suitedProbes} from "./run/probe-once";
import {rateOf, threadsOf} from "./run/resolved";
import {samplePlaces} from "./run/samples";
import {placed} from "./run/starting-weights";
import {withStatus} from "./run/status";
import {askAboutAll, labelsByBest} from "./run/suspects";
import {openRunLog} from "./run/tensorboard";
import {hasTestImages, keepTestImages} from "./run/test-images";
import {openTracking} from "./run/track";
import {keepTrainingSet} from "./run/training-set";
import {augmentation} from "./training/augment/augment";
import {augmentationNote, rangesOf} from "./training/augment/ranges";
import {balancedWeights, unequalNote} from "./training/class-weights";
import {lengthOf} from "./training/length";
import {isStale, staleNote} from "./training/patience";
import {type EpochProgress, epochStart, trainEpoch} from "./training/train";
import {type TrainingRecord, trainingRecord} from "./training/training-record";
import type {Probe} from "./types";

export interface RunControl {
  /** Stops after the batch or the probe at hand; what was learnt is kept, and can be gone on with. */
  readonly signal?: AbortSignal;
  /** A run that was broken off, to go on with in place of a new one. */
  readonly resume?: RunDirectory;
  /** Makes the network, in place of the one that `options.model` names. */
  readonly makeModel?: ModelMaker;
  /** Probes that look beside those that `options.probes` names; their options come under their names. */
  readonly probes?: readonly Probe[];
  /** Who does the long work beside the training; by default a thread of its own. */
  readonly jobs?: Jobs;
  /** Whether the page, and the sheet and film of all maps, are made; by default they are. */
  readonly page?: boolean;
}

/**
 * Batches trained before the untrained network is looked at: whoever waits sees it learn at once, and what the look needs
 * (a thread, code that is loaded late) is ready by then.
 */
const BEFORE_FIRST_LOOK = 100;

/**
 * The whole pipeline, top to bottom: data → model → for each epoch (train → checkpoint → look: evaluate → probes → keep
 * the best → metrics). The untrained network is looked at early in the first epoch, with the weights it had. The page is made
 * beside it.
 */
export async function* run(
  options: RunOptions,
  probeOptions: ProbeOptions = {},
  control: RunControl = {},
): AsyncGenerator<RunEvent> {
  const held: Held = {};
  const {jobs = threadJobs, page = true} = control;
  jobs.prepare(); // while the data are read
  const events = withStatus(runAlone(options, probeOptions, {...control, jobs}, held));
  try {
    yield* page ? withPage(events, options, jobs) : events;
  } finally {
    await held.lock?.release();
  }
}

/** What is to be given back at the end of a run, however it ends. */
interface Held {
  lock?: RunLock;
}

/** The run itself, while no other process works on it. @param held Told what has been taken. */
async function* runAlone(
  asked: RunOptions,
  probeOptions: ProbeOptions,
  {signal, resume, jobs, makeModel: own, probes: ownProbes = []}: RunControl & {readonly jobs: Jobs},
  held: Held,
): AsyncGenerator<RunEvent> {
  const {seed, save, every} = asked;
  if (resume) await checkOwnFiles(resume.path);
  const wanted = chooseProbes(asked.probes, probeOptions, resume && readRunFile(resume.path).asked, ownProbes);
  if (resume && !own && readRunFile(resume.path).model.name === OWN) {
    throw new UserError(
      `${resume.path}: expected the function that made its network, got none; resume it by the library`,
    );
  }
  // Both are asked before the data are read, which may take minutes.
  if (resume) {
    const logs = await logFolderOf(resume.path);
    await checkOwnLogs(logs);
    held.lock = await lockRun(resume.path);
    for (const folder of [resume.path, logs]) await sweepFiles(folder);
  } else if (asked.name) await checkNewRun(save, asked.name);
  const made = environment();
  const opening = resume
    ? openRunData(resume.path, readRunFile(resume.path), asked, signal)
    : openData({...asked, cacheFolder: join(save, "data")}, signal);
  const data = yield* dataEvents(opening);
  const length = lengthOf(asked, data);
  const {epochs, batchSize} = length;
  const options = {...asked, epochs, batchSize};
  const before = resume && readRunFile(resume.path);
  const {
    name: modelName,
    why: whyModel,
    makeModel,
    start,
    facts: modelFacts,
    notes: modelNotes,
  } = await chooseModel(options, data, own, before);
  // of own pictures alone: reading MNIST's takes a tenth of a second
  const isBalanced = options.classWeights === "balanced";
  const labels =
    isBalanced || data.folder !== undefined ? await labelsAt(data.train, first(data.train.count)) : undefined;
  const classWeights = labels && isBalanced ? balancedWeights(labels, data.classNames.length) : undefined;
  const {model, network, engine} = await openNetwork({
    ...options,
    ...data,
    classWeights,
    threads: threadsOf(options, made),
    makeModel,
  });
  const {chosen, notes: unsuited} = suitedProbes(wanted, network, asked.probes);
  const testLabels = await labelsAt(data.test, first(data.test.count));
  const sampleIndices = samplePlaces(options.samples, testLabels, data.classNames.length);
  const ranges = rangesOf(options, data);
  const augment = augmentation(ranges, seed);
  const training = {
    epochs,
    batchSize,
    seed,
    ...rateOf(options, modelName),
    augment,
    augmentation: ranges,
    classWeights,
  };
  const facts = {...factsOf(modelName, model), why: whyModel, ...modelFacts};
  const started = start && placed(await network.getWeights(), start);
  if (started) await network.setWeights(started.weights);
  const [untrained, fresh] = [await network.getWeights(), await network.getOptimizerState()];

  const columns = options.columns && !resume ? await readColumns(options.columns, data.test) : undefined;
  const startRun = async () => {
    const name = options.name || runName(made.startedAt, data.name, modelName);
    const said = (named: string) => runFacts(named, options, chosen, made, data, facts, engine, training);
    const begun = await createRunDirectory(save, name, {facts: said, numbered: !options.name});
    held.lock = begun.lock;
    await clearLogs(begun.path);
    return begun;
  };
  const directory: RunDirectory & {readonly note?: string} = resume ?? (await startRun());
  if (directory.note) yield {type: "say", line: directory.note};
  const batches = Math.ceil(data.train.count / batchSize);
  const tracking = options.track ? await openTracking(options.track, data, {batches, epochs}) : undefined;
  const newRecord = () => ({
    ...trainingRecord(data.train.count, data.classNames.length),
    ...(tracking ? {tracked: {at: [], logits: []}} : {}),
  });
  const from: Restored = resume
    ? await restored(resume, network, data, {batchSize, epochs})
    : {progress: epochStart(1, data.train, batchSize), metrics: [], notes: []};
  for (const line of from.notes) yield {type: "say", line};
  const {metrics} = from;
  let {progress} = from;
  let record: TrainingRecord = {...newRecord(), ...from.record}; // an earlier version's lacks an array or two
  if (!resume || !(await hasTestImages(resume, data))) await keepTestImages(directory, data);
  if (columns) await directory.writeValue("columns", {columns});
  const why = (resume && readRunFile(resume.path).engine.why) ?? engine.why; // resumed, it is asked for by name
  yield {type: "start", path: directory.path, data, model: facts, engine: {...engine, why}, epochs};
  if (length.note) yield {type: "say", line: length.note};
  for (const line of [...modelNotes, ...(started ? [started.note] : [])]) yield {type: "say", line};
  for (const line of unsuited) yield {type: "say", line};
  const unequal = labels && !classWeights && unequalNote(labels, data.classNames);
  if (unequal) yield {type: "say", line: unequal};
  if (augment) yield {type: "say", line: augmentationNote(ranges)};
  const {isKept, note} = shownInFull(options);
  if (note) yield {type: "say", line: note};
  const {save: _, name: __, ...logged} = options;
  const log = await openRunLog(directory, {...logged, engine: engine.name}, network, data, {
    projected: options.projector,
    names: options.logs,
    batchSize,
    topology: `${model.toJSON()}`,
    isKept,
  });
  const looking: Looking = {
    ...{seed, chosen, data, network, batchSize, jobs, directory, log, metrics, signal, told: new Set<string>()},
    layers: facts.layers,
    modelFiles: async () => ({
      ...savedModel(model, await network.getWeights(), `epochscope ${made.versions.epochscope}`),
    }),
    ...{isKept, sampleIndices},
    // of own pictures there are few, and looking as at MNIST would take many times as long as training
    ...(data.folder === undefined
      ? {}
      : {budget: imagesALook(data.train.count, epochs, 1 + Math.ceil(epochs / every))}),
    isProbed: (epoch) => epoch % every === 0 || epoch === epochs,
    isLast: (line) => isStale([...metrics, line], options.patience),
    rateAfter: (epoch) => training.schedule(Math.max(0, epoch * progress.batches - 1), epochs * progress.batches),
  };
  const interrupted: RunEvent = {type: "interrupted", path: directory.path};
  let rest: Rest | undefined;
  let isEnough = isStale(metrics, options.patience);
  const keepRest = async function* () {
    const left = rest;
    rest = undefined;
    if (left) yield* left.keep();
  };
  let isStoryKept = false;
  let ranked: LabelReport | undefined;
  const keepStory = async function* (): AsyncGenerator<RunEvent> {
    const note = await keepTrainingSet(directory, data);
    if (note) yield {type: "say", line: note};
    await tracking?.tell(directory, data);
    if (options.folds === 0) ranked = await labelsByBest(directory, network, data, metrics, looking.heldOut);
    isStoryKept = true;
  };
  const lookAt = async function* (at: EpochProgress, trainSeconds: number) {
    yield* keepRest();
    rest = yield* look(looking, at, trainSeconds);
    isEnough = rest !== undefined && looking.isLast(rest.line);
    // before the last metrics, so that a run that has them all has it, and before the last page, which shows it
    if (rest && (at.epoch === epochs || isEnough) && !signal?.aborted) yield* keepStory();
    if (rest?.isReady()) yield* keepRest();
  };
  let isUntrainedSeen = metrics.length > 0;
  const lookBefore = async function* (): AsyncGenerator<RunEvent> {
    isUntrainedSeen = true;
    const leaks = resume ? undefined : leakNote(await exactLeaks(data)); // here, and not before the first batch
    if (leaks) yield {type: "say", line: leaks};
    yield* withWeights(network, untrained, lookAt(epochStart(0, data.train, batchSize), 0));
  };

  if (!resume) await tracking?.keep(directory, network, 0);
  const stops = tracking ? {stopAt: tracking.steps} : {};
  const live = progressFile(directory.path, epochs);
  const checkpoints = checkpointsOf(directory, network, {every: options.checkpointEvery, from: progress});
  try {
    for (let epoch = progress.epoch; epoch <= epochs && !isEnough; epoch++) {
      if (epoch !== progress.epoch) [progress, record] = [epochStart(epoch, data.train, batchSize), newRecord()];
      let begun = performance.now();
      do {
        const pause = new AbortController(); // ends the training for a checkpoint; it goes on where it was
        const ends = signal ? AbortSignal.any([signal, pause.signal]) : pause.signal;
        for await (progress of trainEpoch(network, data.train, progress, {...training, record, ...stops}, ends)) {
          await tracking?.see(network, record, progress);
          yield {type: "train", ...progress};
          live.tell(progress);
          if (ends.aborted) continue;
          const paused = performance.now();
          if (rest?.isReady()) yield* keepRest();
          if (!isUntrainedSeen && progress.batch >= BEFORE_FIRST_LOOK) yield* lookBefore();
          begun += performance.now() - paused;
          if (checkpoints.isDue() && (!rest || rest.isReady())) pause.abort();
        }
        const paused = performance.now();
        // before the checkpoint: a resumed run skips an epoch that has metrics, and looks again at any other
        yield* keepRest();
        if (progress.batch === progress.batches) {
          await keepRecord(directory, epoch, record, data.train);
          await tracking?.keep(directory, network, epoch, record.tracked);
        }
        await checkpoints.keep(progress, record);
        begun += performance.now() - paused;
      } while (!signal?.aborted && progress.batch < progress.batches);
      const trainSeconds = (performance.now() - begun) / 1000;
      if (!isUntrainedSeen && !signal?.aborted) yield* lookBefore();
      if (!signal?.aborted) yield* lookAt(progress, trainSeconds);
      if (epoch === epochs || isEnough || signal?.aborted) yield* keepRest(); // nothing is trained meanwhile
      if (signal?.aborted && metrics.at(-1)?.epoch !== epochs && !isEnough) return yield interrupted;
    }
    if (!isStoryKept) {
      // an earlier version wrote the last metrics, or Ctrl-C came just then: the page is made again, with it
      yield* keepStory();
      yield {type: "kept", epoch: metrics[metrics.length - 1].epoch};
    }
    if (isEnough) yield {type: "say", line: staleNote(metrics, options.patience)};
    if (options.folds > 0) {
      const {folds, optimizer} = options;
      const folding = {network, untrained, fresh, folds, training, optimizer, ranges, directory, signal};
      ranked = yield* askAboutAll(data, folding);
      if (!ranked) return yield interrupted;
      yield {type: "kept", epoch: epochs}; // the page is made again, with all labels
    } else ranked ??= await labelsByBest(directory, network, data, metrics, looking.heldOut);
    if (ranked) yield {type: "labels", data, folds: options.folds, ...ranked};
    log.finish(true);
    if (live.trouble()) yield {type: "say", line: `pages were not told how far the run is: ${live.trouble()}`};
    yield {
      type: "end",
      path: directory.path,
      best: metrics.reduce((a, b) => (judgedLoss(b) < judgedLoss(a) ? b : a)),
    };
  } catch (error) {
    yield* keepRest(); // training that fails does not cost the epoch before
    throw error;
  } finally {
    await live.close();
    await network.dispose();
  }
}

/** Does something with other weights, and puts its own back. */
async function* withWeights<E, R>(
  network: Network,
  weights: readonly NamedArray[],
  doing: AsyncGenerator<E, R>,
): AsyncGenerator<E, R> {
  const own = await network.getWeights();
  await network.setWeights(weights);
  try {
    return yield* doing;
  } finally {
    await network.setWeights(own);
  }
}

/**
 * Keeps what the network answered to every training image as it was presented: artifacts/training/epoch-003, and the
 * labels, which no epoch changes, once. An epoch of which a part was trained by a version that kept no answers leaves none.
 */
async function keepRecord(
  directory: RunDirectory,
  epoch: number,
  record: TrainingRecord,
  {sources}: Dataset["train"],
): Promise<void> {
  const {labels, entropies, tracked: _, ...answers} = record;
  if (answers.losses.some(Number.isNaN)) return;
  // there already, unless an earlier version began the run, or the file is lost or damaged
  const isThere = epoch > 1 && (await hasTrainingLabels(directory.path, labels.length));
  if (!isThere) await directory.writeValue("training/labels", {labels, gaps: gapsOf(sources ?? first(labels.length))});
  await directory.writeValue(`training/${epochStem(epoch)}`, keptAnswers(answers));
  await directory.writeOneFile("training/hardness", {epoch, entropies}); // of the last epoch alone
}

/** Which epochs have pictures and are in TensorBoard beyond their scalars; and what the user is told, if not all have. */
function shownInFull({epochs, every, keepEpochs}: RunOptions): {isKept(epoch: number): boolean; note?: string} {
  if (keepEpochs === 0 || epochs <= keepEpochs) return {isKept: () => true};
  const planned = probedEpochs(epochs, every);
  const kept = new Set(keptEpochs(planned, keepEpochs));
  const isKept = (epoch: number) => kept.has(epoch);
  if (kept.size === planned.length) return {isKept};
  const [few, all] = [kept.size, planned.length].map((count) => count.toLocaleString("en"));
  return {
    isKept,
    note: `${few} of ${all} epochs, and the best, have pictures and are in the page and TensorBoard (--keep-epochs); the numbers of all are kept`,
  };
}

/** Passes on how far the data are, and what is to be said of them, and gives them. */
async function* dataEvents(opening: ReturnType<typeof openData>): AsyncGenerator<RunEvent, Dataset> {
  for (;;) {
    const {done, value} = await opening.next();
    if (done) return value;
    yield "note" in value ? {type: "say", line: value.note} : {type: "data", ...value};
  }
}
