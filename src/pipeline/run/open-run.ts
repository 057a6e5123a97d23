import {join} from "node:path";
import type {NamedArray, Network, OptimizerState} from "../../nouns/network";
import {UserError} from "../../nouns/options";
import type {Dataset} from "../../nouns/samples";
import {openData} from "../data/index";
import {readColumns} from "../data/known-columns";
import {first} from "../data/split";
import {labelsAt} from "../data/split-labels";
import type {Jobs} from "../jobs/jobs";
import {savedModel} from "../model/load/saved-model";
import {imagesALook} from "../probes/look-budget";
import {environment} from "../record/environment";
import {guarded} from "../record/guarded-directory";
import {sweepFiles} from "../record/leftovers";
import {checkOwnFiles, checkOwnLogs} from "../record/own-files";
import {checkNewRun, createRunDirectory, type RunDirectory} from "../record/run-directory";
import {readRunFile} from "../record/run-file";
import {type LockOptions, lockRun, type RunLock} from "../record/run-lock";
import {runName} from "../record/run-name";
import {clearLogs, logFolderOf} from "../record/tensorboard/log-folder";
import {augmentationNote} from "../training/augment/ranges";
import {unequalNote} from "../training/class-weights";
import {lengthOf} from "../training/length";
import {isStale} from "../training/patience";
import {epochStart} from "../training/train";
import {type Restored, restored} from "./checkpoint";
import {OWN} from "./choose-model";
import type {RunControl} from "./control";
import {openRunData} from "./data";
import type {RunEvent} from "./events";
import {factsOf, runFacts} from "./facts";
import {openLearner, type Training} from "./learner";
import type {Looking} from "./look";
import type {RunOptions} from "./options";
import {chooseProbes, type ProbeOptions, suitedProbes} from "./probe-once";
import {samplePlaces} from "./samples";
import {shownInFull} from "./shown-in-full";
import {openRunLog} from "./tensorboard";
import {hasTestImages, keepTestImages} from "./test-images";
import type {Tracking} from "./track";

/** A run that is ready to learn: its data, its network, its folder, and everything that looks need. */
export interface OpenRun {
  /** Here `epochs` and `batchSize` have the numbers that the data led to. */
  readonly options: RunOptions;
  readonly data: Dataset;
  readonly network: Network;
  readonly directory: RunDirectory;
  readonly training: Training;
  readonly looking: Looking;
  readonly tracking?: Tracking;
  /** The point from which it continues; for a new run, the start of its first epoch. */
  readonly from: Restored;
  readonly isResumed: boolean;
  /** The weights before any training; for a resumed run, the weights with which this start begins. */
  readonly untrained: readonly NamedArray[];
  readonly fresh: OptimizerState;
  readonly signal: AbortSignal | undefined;
}

/** Everything that must be given back when a run ends, for whatever reason. */
export interface Held {
  lock?: RunLock;
  network?: Network;
  directory?: RunDirectory;
}

/**
 * Opens a run: it reads the data, makes or finds the network, creates the run's folder or opens it again, and reports
 * everything that the user should know before the first batch.
 *
 * @param held Receives whatever must be given back at the end.
 */
export async function* openRun(
  asked: RunOptions,
  probeOptions: ProbeOptions,
  control: RunControl & {readonly jobs: Jobs},
  held: Held,
): AsyncGenerator<RunEvent, OpenRun> {
  const {seed, save, every} = asked;
  const {signal, resume, sweep, jobs, makeModel: own, probes: ownProbes = [], latest, silent} = control;
  const locking = silent === undefined ? {} : {silent};
  if (resume) await checkOwnFiles(resume.path);
  const before = resume && readRunFile(resume.path);
  const wanted = chooseProbes(asked.probes, probeOptions, before?.asked, ownProbes);
  if (resume && !own && before?.model.name === OWN) {
    throw new UserError(
      `${resume.path}: expected the function that made its network, got none; resume it with the library`,
    );
  }
  // Both are checked before the data are read, because reading may take minutes.
  if (resume) held.lock = await lockedForResuming(resume.path, locking);
  else if (asked.name) await checkNewRun(save, asked.name);

  // the data, and how many epochs and which batch size suit so many images
  const made = environment();
  const opening =
    resume && before
      ? openRunData(resume.path, before, asked, signal)
      : openData({...asked, cacheFolder: join(save, "data")}, signal);
  const data = yield* dataEvents(opening);
  const length = lengthOf(asked, data);
  const {epochs, batchSize} = length;
  const options = {...asked, epochs, batchSize};

  // the network
  const {opened, model, training, untrained, fresh, labels, start} = await openLearner(options, data, made, held, {
    own,
    before,
  });
  const {network, engine} = opened;
  const {chosen, notes: unsuited} = suitedProbes(wanted, network, asked.probes);
  const testLabels = await labelsAt(data.test, first(data.test.count));
  const sampleIndices = samplePlaces(options.samples, testLabels, data.classNames.length);
  const facts = {...factsOf(model.name, opened.model), why: model.why, ...model.facts};

  // the folder, and the point in the run from which it continues
  const known = options.columns && !resume ? await readColumns(options.columns, data.test) : undefined;
  const startRun = async () => {
    const name = options.name || runName(made.startedAt, data.name, model.name);
    const said = (named: string) => ({
      ...runFacts(named, options, chosen, made, data, facts, engine, training),
      ...(sweep === undefined ? {} : {sweep}),
    });
    const newRun = await createRunDirectory(save, name, {
      ...{facts: said, numbered: !options.name, ...locking},
      ...(latest === undefined ? {} : {latest}),
    });
    held.lock = newRun.lock;
    await clearLogs(newRun.path);
    return newRun;
  };
  const begun: RunDirectory & {readonly note?: string} = resume ?? (await startRun());
  const directory = silent !== undefined && held.lock ? guarded(begun, held.lock) : begun;
  held.directory = directory;
  if (begun.note) yield {type: "say", line: begun.note};
  const batches = Math.ceil(data.train.count / batchSize);
  const from: Restored = resume
    ? await restored(resume, network, data, {batchSize, epochs})
    : {progress: epochStart(1, data.train, batchSize), metrics: [], notes: []};
  // the network now has the weights from which it goes on
  const layers = facts.layers.map(({name}) => name);
  let tracking: Tracking | undefined;
  if (options.track) {
    const {openTracking}: typeof import("./track") = require("./track"); // few runs follow images
    tracking = await openTracking(options.track, data, network, {batches, epochs, layers});
  }
  for (const line of from.notes) yield {type: "say", line};
  if (!resume || !(await hasTestImages(resume, data))) await keepTestImages(directory, data);
  if (known) await directory.writeValue("columns", {columns: known.columns});
  if (known?.note) yield {type: "say", line: known.note};

  // what the user should know
  // a resumed run asks for its engine by name, so the reason stands in its run.json
  const why = before?.engine.why ?? engine.why;
  yield {type: "start", path: directory.path, data, model: facts, engine: {...engine, why}, epochs};
  const {isKept, note} = shownInFull(options);
  const told = [
    ...[length.note, ...model.notes, start, ...unsuited],
    labels && !training.classWeights ? unequalNote(labels, data.classNames) : undefined,
    training.augment ? augmentationNote(training.augmentation) : undefined,
    note,
  ];
  for (const line of told) if (line) yield {type: "say", line};

  const {save: _, name: __, ...logged} = options;
  const log = await openRunLog(directory, {...logged, engine: engine.name}, network, data, {
    projected: options.projector,
    names: options.logs,
    batchSize,
    topology: `${opened.model.toJSON()}`,
    isKept,
  });
  const {metrics} = from;
  const looking: Looking = {
    ...{seed, chosen, data, network, batchSize, jobs, directory, log, metrics, signal, told: new Set<string>()},
    layers: facts.layers,
    modelFiles: async () => ({
      ...savedModel(opened.model, await network.getWeights(), `epochscope ${made.versions.epochscope}`),
    }),
    ...{isKept, sampleIndices},
    // own pictures are few, and looking as much as for MNIST would take many times as long as the training
    ...(data.folder === undefined
      ? {}
      : {budget: imagesALook(data.train.count, epochs, 1 + Math.ceil(epochs / every))}),
    isProbed: (epoch) => epoch % every === 0 || epoch === epochs,
    isLast: (line) => isStale([...metrics, line], options.patience),
    rateAfter: (epoch) => training.schedule(Math.max(0, epoch * batches - 1), epochs * batches),
  };
  return {
    ...{options, data, network, directory, training, looking, from, untrained, fresh, signal},
    ...(tracking ? {tracking} : {}),
    isResumed: resume !== undefined,
  };
}

/** Locks an interrupted run for this process, and removes what was left half done. */
async function lockedForResuming(path: string, locking: LockOptions): Promise<RunLock> {
  const logs = await logFolderOf(path);
  await checkOwnLogs(logs);
  const lock = await lockRun(path, locking);
  for (const folder of [path, logs]) await sweepFiles(folder);
  return lock;
}

/** Passes on the progress and the notes of reading the data, and returns the data. */
async function* dataEvents(opening: ReturnType<typeof openData>): AsyncGenerator<RunEvent, Dataset> {
  for (;;) {
    const {done, value} = await opening.next();
    if (done) return value;
    yield "note" in value ? {type: "say", line: value.note} : {type: "data", ...value};
  }
}
