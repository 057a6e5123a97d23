import type {Config} from "../config";
import type {Batch, Moment} from "../learn";
import type {Lesson} from "../lesson";
import {batchesOf, stopsOf} from "../moments";

/** Everything that the page knows about the training of one network. */
export interface Run {
  readonly id: number;
  readonly config: Config;
  /** The steps at which its moments are, and how many steps an epoch has. */
  readonly stops: readonly number[];
  readonly batchesPerEpoch: number;
  readonly moments: Moment[];
  readonly batches: Batch[];
  state: "opening" | "waiting" | "running" | "paused" | "done" | "failed";
  /** When it last began to run, and how long it ran before, in seconds. */
  begun: number;
  seconds: number;
  /** Why it failed. */
  why?: string;
}

export function newRun(id: number, config: Config, {batchSize}: Lesson, isTaught: boolean, now: number): Run {
  return {
    ...{id, config, stops: stopsOf(config, batchSize), batchesPerEpoch: batchesOf(config, batchSize)},
    ...{moments: [], batches: [], state: isTaught ? "running" : "opening", begun: now, seconds: 0},
  };
}

/** The time of a moment, in epochs. */
export const epochsAt = ({stops, batchesPerEpoch}: Run, moment: number): number => stops[moment] / batchesPerEpoch;

/** The time of a moment that may lie between two moments, in epochs. */
export function epochsBetween(run: Run, at: number): number {
  const low = Math.floor(at);
  const next = run.stops[low + 1] === undefined ? epochsAt(run, low) : epochsAt(run, low + 1);
  return epochsAt(run, low) + (at - low) * (next - epochsAt(run, low));
}

export const lastOf = <T>(list: readonly T[]): T | undefined => list[list.length - 1];

export interface CurvePoint {
  /** In epochs. */
  readonly at: number;
  readonly loss: number;
  readonly accuracy: number;
}

export interface Curves {
  /** In epochs. */
  readonly length: number;
  readonly batches: readonly CurvePoint[];
  readonly moments: readonly CurvePoint[];
}

export function curvesOf({config, batches, moments, batchesPerEpoch}: Run): Curves {
  const point = ({step, loss, accuracy}: Batch | Moment) => ({at: step / batchesPerEpoch, loss, accuracy});
  return {length: config.epochs, batches: batches.map(point), moments: moments.map(point)};
}

/** An earlier run, as a dashed curve. */
export interface Ghost {
  readonly curves: Curves;
  readonly config: Config;
  readonly accuracy: number;
}

/** Earlier runs that are kept. */
const GHOSTS = 3;

export function withGhost(ghosts: readonly Ghost[], run: Run): Ghost[] {
  const last = lastOf(run.moments);
  if (run.state !== "done" || !last) return [...ghosts];
  return [...ghosts, {curves: curvesOf(run), config: run.config, accuracy: last.accuracy}].slice(-GHOSTS);
}

/** Whether all pictures get the same scores: then their distances are noise, and so is their map. */
export function isDead({probabilities}: Moment, classes: number): boolean {
  for (let i = classes; i < probabilities.length; i++) {
    if (Math.abs(probabilities[i] - probabilities[i % classes]) > 1e-3) return false;
  }
  return true;
}
