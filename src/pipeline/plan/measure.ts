import {EMBEDDING, type LookedAtNetwork, type Network} from "../../nouns/network";
import type {Dataset, LabelledImages} from "../../nouns/samples";
import type {Figure} from "../../plots/figure";
import {first} from "../data/split";
import {tensorsTsv} from "../record/tensorboard/projector";
import {type Looking, look} from "../run/look";
import type {RunLog} from "../run/tensorboard";
import {type EpochProgress, epochStart, type TrainOptions, trainEpoch} from "../training/train";
import {type WeighingDirectory, weighingDirectory} from "./weighing-directory";

/** After this many milliseconds of training, and this many batches, the speed is known well enough. */
const [LONG_ENOUGH, ENOUGH] = [1500, 40];
/** How many batches are not counted at the beginning, because they are slower. */
const WARM_UP = 5;

/** The measured cost of a piece of training. */
export interface MeasuredTraining {
  /** How many batches were timed. */
  readonly batches: number;
  readonly secondsABatch: number;
  /** The point that the training has reached. */
  readonly progress: EpochProgress;
}

/** Trains a few batches, to know how long one takes here. */
export async function measureTraining(
  network: Network,
  data: Dataset,
  options: TrainOptions,
  signal: AbortSignal | undefined,
): Promise<MeasuredTraining> {
  const begun = epochStart(1, data.train, options.batchSize);
  const warmUp = Math.min(WARM_UP, begun.batches - 1);
  let progress = begun;
  let from = performance.now();
  const enough = new AbortController();
  const ends = signal ? AbortSignal.any([signal, enough.signal]) : enough.signal;
  for await (progress of trainEpoch(network, data.train, begun, options, ends)) {
    if (progress.batch === warmUp) from = performance.now();
    if (progress.batch - warmUp >= ENOUGH || performance.now() - from > LONG_ENOUGH) enough.abort();
  }
  signal?.throwIfAborted();
  const batches = Math.max(1, progress.batch - warmUp);
  return {batches, secondsABatch: (performance.now() - from) / 1000 / batches, progress};
}

/** The measured cost of one look, and how much it writes. */
export interface MeasuredLook {
  /** For how many seconds training would stand still. */
  readonly seconds: number;
  /** How many seconds the work takes that is done while the next epoch trains. */
  readonly laterSeconds: number;
  readonly directory: WeighingDirectory;
  /** How many bytes TensorBoard's files take. */
  readonly logBytes: number;
  /** The probes that failed, and the reasons. */
  readonly failures: readonly string[];
}

/** Looks once as a run would, and writes nothing. */
export async function measureLook(
  looking: Omit<Looking, "directory" | "log" | "metrics" | "told" | "isProbed" | "isKept" | "isLast" | "rateAfter">,
  path: string,
  progress: EpochProgress,
  projected: number,
): Promise<MeasuredLook> {
  const directory = weighingDirectory(path);
  const log = weighingLog(looking.network, looking.data, projected);
  const isTrue = () => true;
  const all: Looking = {
    ...looking,
    ...{directory, log, metrics: [], told: new Set<string>()},
    ...{isProbed: isTrue, isKept: isTrue, isLast: () => false, rateAfter: () => undefined},
  };
  const failures: string[] = [];
  const begun = performance.now();
  const events = look(all, progress, 0);
  let next = await events.next();
  for (; !next.done; next = await events.next()) {
    if (next.value.type === "failure") failures.push(`probe ${next.value.probe}: ${next.value.error.message}`);
  }
  looking.signal?.throwIfAborted();
  const seconds = (performance.now() - begun) / 1000;
  for await (const event of next.value?.keep() ?? []) {
    if (event.type === "failure") failures.push(`probe ${event.probe}: ${event.error.message}`);
  }
  const laterSeconds = (performance.now() - begun) / 1000 - seconds;
  return {seconds, laterSeconds, directory, logBytes: log.bytes(), failures};
}

/**
 * The size of TensorBoard's log of one epoch, which is not written. It counts the pictures and the projector's points,
 * which are everything except some kilobytes.
 */
function weighingLog(
  network: LookedAtNetwork,
  {test, classNames}: Dataset,
  projected: number,
): RunLog & {bytes(): number} {
  let bytes = 0;
  const weigh = (figures: {readonly [name: string]: Figure}) => {
    for (const {png} of Object.values(figures)) bytes += png.byteLength;
  };
  return {
    bytes: () => bytes,
    async epoch(_line, _rate, figures = {}) {
      weigh(figures);
      const points: LabelledImages = await test.read(first(Math.min(projected, test.count)));
      if (points.count === 0) return;
      const [{values}] = await network.forward(points, [EMBEDDING]);
      bytes += tensorsTsv(values, values.length / points.count).byteLength;
      for (const label of points.labels) bytes += 2 * classNames[label].length + 8;
    },
    pictures: (_epoch, figures) => weigh(figures),
    finish() {},
  };
}
