import {judgedLoss} from "../../nouns/judged-loss";
import {progressFile} from "../record/run-progress";
import {putAnswersAfter} from "../training/answers-after";
import {staleNote} from "../training/patience";
import {epochStart, trainEpoch} from "../training/train";
import {type TrainingRecord, trainingRecord} from "../training/training-record";
import {checkpointsOf} from "./checkpoint";
import type {LabelReport, RunEvent} from "./events";
import {keepRecord} from "./keep-record";
import {type Looks, looksOf} from "./looks";
import type {OpenRun} from "./open-run";
import {askAboutAll, labelsByBest} from "./suspects";

/**
 * How many batches are trained before the look at the untrained network. So the user sees training begin at once, and
 * by then a thread and lazily loaded code are ready for the look.
 */
const BEFORE_FIRST_LOOK = 100;

/** Trains epoch after epoch: train → checkpoint → look. Then it reports on the labels, and ends the run. */
export async function* learn(run: OpenRun): AsyncGenerator<RunEvent> {
  const {directory, options, looking} = run;
  const live = progressFile(directory.path, options.epochs);
  const looks = looksOf(run);
  try {
    const isWhole = yield* trainAll(run, looks, live);
    const report = isWhole ? yield* labelsReport(run, looks) : "interrupted";
    if (report === "interrupted") return yield {type: "interrupted", path: directory.path};
    if (report) yield {type: "labels", data: run.data, folds: options.folds, ...report};
    looking.log.finish(true);
    if (live.trouble()) yield {type: "say", line: `pages were not told how far the run is: ${live.trouble()}`};
    const best = looking.metrics.reduce((a, b) => (judgedLoss(b) < judgedLoss(a) ? b : a));
    yield {type: "end", path: directory.path, best};
  } catch (error) {
    yield* looks.keepRest(); // if training fails, the results of the epoch before are still kept
    throw error;
  } finally {
    await live.close();
  }
}

/**
 * Trains and looks until the last epoch, or until `--patience` says that it is enough.
 *
 * @returns Whether it finished.
 */
async function* trainAll(
  run: OpenRun,
  looks: Looks,
  live: ReturnType<typeof progressFile>,
): AsyncGenerator<RunEvent, boolean> {
  const {data, network, directory, training, tracking, from, signal, options, looking} = run;
  const {epochs, batchSize} = options;
  const newRecord = () => ({
    ...trainingRecord(data.train.count, data.classNames.length),
    ...(tracking ? {tracked: {at: [], logits: []}} : {}),
  });
  let {progress} = from;
  let record: TrainingRecord = {...newRecord(), ...from.record}; // a record by an earlier version lacks an array or two
  if (!run.isResumed) await tracking?.keep(directory, network, 0);
  const isAfter = options.dynamicsPass === "after";
  const recording = {...training, ...(tracking ? {stopAt: tracking.steps} : {})};
  const checkpoints = checkpointsOf(directory, network, {every: options.checkpointEvery, from: progress});
  for (let epoch = progress.epoch; epoch <= epochs && !looks.isEnough(); epoch++) {
    if (epoch !== progress.epoch) [progress, record] = [epochStart(epoch, data.train, batchSize), newRecord()];
    let begun = performance.now(); // moved forward by the time that looks take
    do {
      // aborting it pauses the training for a checkpoint; the training then continues at the same batch
      const pause = new AbortController();
      const ends = signal ? AbortSignal.any([signal, pause.signal]) : pause.signal;
      const asked = isAfter ? recording : {...recording, record};
      for await (progress of trainEpoch(network, data.train, progress, asked, ends)) {
        await tracking?.see(network, record, progress);
        yield {type: "train", ...progress};
        live.tell(progress);
        if (ends.aborted) continue;
        const paused = performance.now();
        if (looks.isReady()) yield* looks.keepRest();
        if (!looks.isUntrainedSeen() && progress.batch >= BEFORE_FIRST_LOOK) yield* looks.before();
        begun += performance.now() - paused;
        if (checkpoints.isDue() && looks.isReady()) pause.abort();
      }
      const paused = performance.now();
      // must come before the checkpoint: a resumed run skips an epoch that has metrics and looks at any other again
      yield* looks.keepRest();
      if (progress.batch === progress.batches) {
        if (isAfter) await putAnswersAfter(record, network, data.train, signal);
        await keepRecord(directory, epoch, record, data.train);
        await tracking?.keep(directory, network, epoch, record.tracked);
      }
      await checkpoints.keep(progress, record);
      begun += performance.now() - paused;
    } while (!signal?.aborted && progress.batch < progress.batches);
    const trainSeconds = (performance.now() - begun) / 1000;
    if (!looks.isUntrainedSeen() && !signal?.aborted) yield* looks.before();
    if (!signal?.aborted) yield* looks.at(progress, trainSeconds);
    // no training runs that this could delay
    if (epoch === epochs || looks.isEnough() || signal?.aborted) yield* looks.keepRest();
    if (signal?.aborted && looking.metrics.at(-1)?.epoch !== epochs && !looks.isEnough()) return false;
  }
  return true;
}

/**
 * Finds the training labels that are doubtful: by the best epoch's answers, or by networks that have not learnt from
 * them.
 */
async function* labelsReport(
  run: OpenRun,
  looks: Looks,
): AsyncGenerator<RunEvent, LabelReport | "interrupted" | undefined> {
  const {data, network, directory, training, looking, options, untrained, fresh, signal} = run;
  const {metrics} = looking;
  const {folds, optimizer, epochs, patience} = options;
  // if an earlier version wrote the last metrics, or Ctrl-C came just then, the page is made again with this story
  if (yield* looks.keepStory()) yield {type: "kept", epoch: metrics[metrics.length - 1].epoch};
  if (looks.isEnough()) yield {type: "say", line: staleNote(metrics, patience)};
  if (folds === 0) return looks.ranked() ?? (await labelsByBest(directory, network, data, metrics, looking.heldOut));
  const ranges = training.augmentation;
  const folding = {network, untrained, fresh, folds, training, optimizer, ranges, directory, signal};
  const report = yield* askAboutAll(data, folding);
  if (!report) return "interrupted";
  yield {type: "kept", epoch: epochs}; // the page is made again, with all labels
  return report;
}
