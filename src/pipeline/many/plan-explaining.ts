import {promisify} from "node:util";
import {gzip} from "node:zlib";
import type {Results} from "../jobs/flow";
import type {Workers} from "../jobs/workers";
import {epochParts} from "./epoch-parts";
import {type Estimate, enoughMachines, estimate, type Work} from "./estimate";
import {shardSize, shardsOf} from "./explain-many";
import type {OpenMany} from "./open-many";

/** The plan of explaining many images: how long it takes and what it writes. */
export interface ExplainPlan {
  /** How many images and epochs there are; how many explanations, and how many of them have a result already. */
  readonly images: number;
  readonly epochs: readonly number[];
  readonly explanations: number;
  readonly known: number;
  /** How many shards the rest is divided into, and how many images one has. */
  readonly shards: number;
  readonly shardImages: number;
  readonly measured: {
    readonly images: number;
    readonly workers: number;
    /**
     * Processor time of one worker in seconds: for one explanation, and to begin (to open the run, and until its code
     * is compiled). It equals the time on the clock if nothing else runs.
     */
    readonly secondsEach: number;
    readonly openSeconds: number;
    /** Processor time of the command itself: its start, and the run's page. */
    readonly aroundSeconds: number;
    /** The time by the clock divided by the processor time: 1 if this machine does nothing else. */
    readonly busy: number;
  };
  /** The time on this machine, with as many workers as were measured, while it is as busy as now. */
  readonly seconds: number;
  /** Bytes in `save/results`, and in the run's folder. */
  readonly bytes: {readonly results: number; readonly run: number};
  /** The time on several machines like this one that do nothing else. */
  readonly machines: readonly Estimate[];
  /** The number of machines for which twice as many would save less than a tenth of the time. */
  readonly enough: number;
}

/**
 * The fewest images that are measured, and for how many seconds of processor time; the most images, and the seconds if
 * 100 images would take longer.
 */
const [IMAGES, SECONDS, MOST_IMAGES, MOST_SECONDS] = [100, 3, 1000, 60];
/**
 * A worker warms up before it is measured, because V8 compiles its code meanwhile: for this many images, or this many
 * seconds of processor time.
 */
const [WARM_IMAGES, WARM_SECONDS] = [100, 5];
/** The most images of a question. */
const PIECE = 25;
const MACHINES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

const pack = promisify(gzip);

/**
 * Estimates how long explaining would take: it explains at least 100 images at the last epoch, with the same workers as
 * the real work, and saves nothing. It measures separately the time to open the run and the time until a worker is
 * warm.
 *
 * @param processorSeconds The processor time that this process has used on all cores so far.
 * @param aroundSeconds Processor time of the command itself: its start, and the run's page.
 */
export async function planExplaining(
  many: OpenMany,
  workers: Workers,
  results: Pick<Results, "read">,
  processorSeconds: () => number,
  aroundSeconds = 0,
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
  let found = epochParts(many, subject);
  let packed = 0;
  const ask = async (wanted: number): Promise<number> => {
    const count = Math.min(wanted, images);
    const from = range.from + (place % Math.max(1, images - count + 1));
    place += count;
    const bytes = await workers.ask("explainImages", {run, subject: {...subject, from, to: from + count}});
    packed += (await pack(bytes)).length; // as it would be kept
    found.add(bytes);
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
  const warmed = await asked((count, seconds) => count >= WARM_IMAGES * workers.places || seconds > WARM_SECONDS);
  packed = 0;
  found = epochParts(many, subject);
  const warm = clock();
  const measured = await asked(
    (count, seconds) => count >= MOST_IMAGES || seconds > MOST_SECONDS || (count >= IMAGES && seconds > SECONDS),
  );
  const end = clock();
  const secondsEach = (end.processor - warm.processor) / measured;
  // the first images of a worker take longer: what they take more belongs to its beginning
  const warming = Math.max(0, warm.processor - opened.processor - warmed * secondsEach);
  const openSeconds = (opened.processor - begun.processor + warming) / workers.places;
  const busy = Math.max(1, ((end.wall - warm.wall) * workers.places) / (end.processor - warm.processor));
  const work: Work = {explanations: rest, shards: lacking.length, secondsEach, openSeconds, aroundSeconds};
  const kept = found.size();
  return {
    ...{images, epochs: epochs.map(({epoch}) => epoch), explanations, known: explanations - rest},
    ...{shards: lacking.length, shardImages: shardSize(many)},
    measured: {images: measured, workers: workers.places, secondsEach, openSeconds, aroundSeconds, busy},
    seconds: busy * estimate(work, 1, workers.places).seconds,
    bytes: {
      results: Math.round((packed / measured) * rest),
      run: Math.round(kept.each * explanations + kept.once * images),
    },
    machines: MACHINES.map((machines) => estimate(work, machines, workers.places)),
    enough: enoughMachines(work, workers.places),
  };
}
