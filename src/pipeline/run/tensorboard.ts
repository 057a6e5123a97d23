import {EMBEDDING, LOGITS, type LookedAtNetwork, type NamedArray, type Network, sizeOf} from "../../nouns/network";
import type {Dataset, LabelledImages} from "../../nouns/samples";
import {argMaxRows, softmaxRows} from "../../numbers/scores";
import type {Figure} from "../../plots/figure";
import {movedBy} from "../record/inside";
import type {RunDirectory} from "../record/run-directory";
import {type LogNames, logEpoch, logOptions, logPictures} from "../record/tensorboard/epoch-log";
import {logFolderOf} from "../record/tensorboard/log-folder";
import {writeProjector} from "../record/tensorboard/projector";
import {type TensorBoardLog, tensorboardLog} from "../record/tensorboard/summaries";
import type {EpochMetrics} from "../types";

/** A run's log for TensorBoard, in the folder that `logFolderOf` names. */
export interface RunLog {
  /**
   * Logs an epoch: scalars, histograms of weights and gradients, pictures, and the projector's points.
   *
   * @param figures Undefined if only the scalars of this epoch are logged.
   * @param before The weights at an earlier epoch, if the log should say how far they have moved since.
   */
  epoch(
    line: EpochMetrics,
    learningRate: number | undefined,
    figures?: {readonly [name: string]: Figure},
    before?: readonly NamedArray[],
  ): Promise<void>;
  /** Adds pictures that were finished later. */
  pictures(epoch: number, figures: {readonly [name: string]: Figure}): void;
  finish(succeeded: boolean): void;
}

/**
 * How many training images have their gradients logged: the same images at every epoch, so that histograms can be
 * compared.
 */
const GRADIENT_IMAGES = 64;

export interface LogSettings {
  /**
   * How many test images the projector shows, from the start of the split: 1,000 as in exigo, or as many as the user
   * asks for.
   */
  readonly projected: number;
  readonly batchSize: number;
  /** The model as tfjs' `toJSON` writes it. */
  readonly topology?: string;
  readonly names: LogNames;
  /** Whether an epoch is logged in full, and not only its scalars. */
  isKept(epoch: number): boolean;
}

/** Opens the log, and writes what does not change during the run: the options and the network's graph. */
export async function openRunLog(
  directory: RunDirectory,
  facts: {readonly [name: string]: unknown},
  network: LookedAtNetwork & Partial<Pick<Network, "gradients">>,
  data: Dataset,
  {projected, batchSize, topology, names, isKept}: LogSettings,
): Promise<RunLog> {
  const folder = await logFolderOf(directory.path);
  const log: TensorBoardLog = tensorboardLog(folder);
  logOptions(log, facts, names);
  if (topology !== undefined) log.graph(topology);
  const batch = await firstOf(data.train, Math.min(GRADIENT_IMAGES, batchSize));
  const points = await firstOf(data.test, projected);
  const {classNames} = data;
  return {
    async epoch(line, learningRate, figures, before) {
      const rate = learningRate === undefined ? {} : {learningRate};
      if (!figures) return logEpoch(log, {metrics: line, ...rate}, names);
      const [weights, gradients] = [await network.getWeights(), (await network.gradients?.(batch, 0)) ?? []];
      const moved = before ? {moved: movedBy(before, weights)} : {};
      logEpoch(log, {metrics: line, ...rate, weights, gradients, figures, ...moved}, names);
      if (points.count === 0) return;
      const [{shape, values}, scores] = await network.forward(points, [EMBEDDING, LOGITS]);
      const predicted = argMaxRows(softmaxRows(scores.values, classNames.length), classNames.length);
      const columns = {
        label: Array.from(points.labels, (k) => classNames[k]),
        prediction: Array.from(predicted, (k) => classNames[k]),
        index: Array.from(points.labels, (_, n) => `${n}`),
        ...(data.test.files ? {file: data.test.files.slice(0, points.count)} : {}),
      };
      // Earlier epochs are in their files already: only their names are written again.
      const epochs = Array.from({length: line.epoch + 1}, (_, e) => e).filter(isKept);
      const projections = epochs.map((epoch) => ({
        name: `epoch ${epoch}`,
        width: sizeOf(shape),
        values,
        columns,
        images: points,
      }));
      await writeProjector(folder, projections);
    },
    pictures: (epoch, figures) => logPictures(log, epoch, figures),
    finish(succeeded) {
      log.finish(succeeded);
      log.flush();
    },
  };
}

async function firstOf(split: Dataset["test"], count: number): Promise<LabelledImages> {
  return split.read(Uint32Array.from({length: Math.min(count, split.count)}, (_, n) => n));
}
