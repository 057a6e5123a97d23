import {EMBEDDING, type LookedAtNetwork, type Network} from "../../nouns/network";
import type {Dataset, LabelledImages} from "../../nouns/samples";
import type {Figure} from "../../plots/figure";
import {first} from "../data/split";
import {tensorsTsv} from "../record/tensorboard/projector";
import {type Looking, look} from "../run/look";
import type {RunLog} from "../run/tensorboard";
import {type EpochProgress, epochStart, type TrainOptions, trainEpoch} from "../training/train";
import {type WeighingDirectory, weighingDirectory} from "./weighing-directory";

/** Milliseconds of training, and batches, after which its speed is known well enough. */
const [LONG_ENOUGH, ENOUGH] = [1500, 40];
/** The first batches, which are slower, are not counted. */
const WARM_UP = 5;

/** The measured cost of a piece of training. */
export interface MeasuredTraining {
  /** Batches that were timed. */
  readonly batches: number;
  readonly secondsABatch: number;
  /** Where the training stands. */
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
  /** Seconds that training would stand still. */
  readonly seconds: number;
  /** Seconds of what is made while the next epoch trains. */
  readonly laterSeconds: number;
  readonly directory: WeighingDirectory;
  /** Bytes that TensorBoard's files take. */
  readonly logBytes: number;
  /** Probes that failed, and why. */
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

/** TensorBoard's log of one epoch, which is not written: its pictures and its projector's points, all but some kilobytes. */
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
