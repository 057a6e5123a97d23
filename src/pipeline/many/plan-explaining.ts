import {promisify} from "node:util";
import {gzip} from "node:zlib";
import type {Results} from "../jobs/flow";
import type {Workers} from "../jobs/workers";
import {encodeBeside} from "../record/arrays-beside";
import {type Estimate, enoughMachines, estimate, type Work} from "./estimate";
import {shardSize, shardsOf} from "./explain-many";
import {columnsOf, joinedColumns, type SegmentedColumns} from "./explained-columns";
import type {OpenMany} from "./open-many";

/** The plan of explaining many images: how long it takes and what it writes. */
export interface ExplainPlan {
  /** Images, at how many epochs; explanations, and those of them whose results are there. */
  readonly images: number;
  readonly epochs: readonly number[];
  readonly explanations: number;
  readonly known: number;
  /** Parts that the rest is cut into, and images of one. */
  readonly shards: number;
  readonly shardImages: number;
  readonly measured: {
    readonly images: number;
    readonly workers: number;
    /**
     * Processor time of one worker in seconds: for one explanation, and to open the run. It equals the time on the
     * clock if nothing else runs.
     */
    readonly secondsEach: number;
    readonly openSeconds: number;
    /** How many times as long it took by the clock: 1 where this machine has nothing else to do. */
    readonly busy: number;
  };
  /** On this machine, by as many workers as were measured, while it is as busy as now. */
  readonly seconds: number;
  /** Bytes in `save/results`, and in the run's folder. */
  readonly bytes: {readonly results: number; readonly run: number};
  /** Machines like this one, that have nothing else to do. */
  readonly machines: readonly Estimate[];
  /** Twice as many machines would save less than a tenth of the time. */
  readonly enough: number;
}

/** Images measured at least, and seconds of processor time; images at most, and seconds where 100 images would take longer. */
const [IMAGES, SECONDS, MOST_IMAGES, MOST_SECONDS] = [100, 3, 1000, 60];
/**
 * A worker warms up before it is measured, because V8 compiles its code meanwhile: for this many images, or this many
 * seconds of processor time.
 */
const [WARM_IMAGES, WARM_SECONDS] = [100, 5];
/** Images of a question at most. */
const PIECE = 25;
const MACHINES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

const pack = promisify(gzip);

/**
 * Says what explaining would take: at least 100 images are explained as they would be, by the same workers, at the last
 * epoch; nothing is kept. Opening the run, and what a worker does until it is warm, is measured apart.
 *
 * @param processorSeconds What this process has taken of all cores so far.
 */
export async function planExplaining(
  many: OpenMany,
  workers: Workers,
  results: Pick<Results, "read">,
  processorSeconds: () => number,
): Promise<ExplainPlan> {
  const {range, epochs, run} = many;
  const images = range.to - range.from;
  const explanations = images * epochs.length;
  const lacking: number[] = [];
  for (const {id, question} of shardsOf(many)) {
    if (!(await results.read(id))) lacking.push(question.subject.to - question.subject.from);
  }
  const rest = lacking.reduce((sum, size) => sum + size, 0);
  const subject = epochs[epochs.length - 1];
  let place = 0;
  const columns: SegmentedColumns[] = [];
  let packed = 0;
  const ask = async (wanted: number): Promise<number> => {
    const count = Math.min(wanted, images);
    const from = range.from + (place % Math.max(1, images - count + 1));
    place += count;
    const bytes = await workers.ask("explainImages", {run, subject: {...subject, from, to: from + count}});
    packed += (await pack(bytes)).length; // as it would be kept
    columns.push(columnsOf(bytes));
    return count;
  };
  const clock = () => ({wall: performance.now() / 1000, processor: processorSeconds()});
  const begun = clock();
  await Promise.all(Array.from({length: workers.places}, () => ask(1)));
  const opened = clock();
  const piece = Math.min(PIECE, shardSize(many));
  const asked = async (isEnough: (images: number, seconds: number) => boolean) => {
    const from = clock().processor;
    let count = 0;
    const one = async () => {
      while (!isEnough(count, clock().processor - from)) {
        const images = await ask(piece);
        count += images; // not at once: the other workers add theirs meanwhile
      }
    };
    await Promise.all(Array.from({length: workers.places}, one));
    return count;
  };
  await asked((count, seconds) => count >= WARM_IMAGES * workers.places || seconds > WARM_SECONDS);
  packed = 0;
  columns.length = 0;
  const warm = clock();
  const measured = await asked(
    (count, seconds) => count >= MOST_IMAGES || seconds > MOST_SECONDS || (count >= IMAGES && seconds > SECONDS),
  );
  const end = clock();
  const secondsEach = (end.processor - warm.processor) / measured;
  const openSeconds = (opened.processor - begun.processor) / workers.places;
  const busy = Math.max(1, ((end.wall - warm.wall) * workers.places) / (end.processor - warm.processor));
  const work: Work = {explanations: rest, shards: lacking.length, secondsEach, openSeconds};
  const segments = columns.reduce((sum, one) => sum + one.segments.byteLength, 0) / measured;
  const kept = (encodeBeside({subject, ...joinedColumns(columns)}).npz?.length ?? 0) / measured;
  return {
    ...{images, epochs: epochs.map(({epoch}) => epoch), explanations, known: explanations - rest},
    ...{shards: lacking.length, shardImages: shardSize(many)},
    measured: {images: measured, workers: workers.places, secondsEach, openSeconds, busy},
    seconds: busy * estimate(work, 1, workers.places).seconds,
    bytes: {results: Math.round((packed / measured) * rest), run: Math.round(kept * explanations + segments * images)},
    machines: MACHINES.map((machines) => estimate(work, machines, workers.places)),
    enough: enoughMachines(work, workers.places),
  };
}
