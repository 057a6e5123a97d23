import type {Moving, Store} from "../../client/state";
import type {Evidence, ReaderData} from "./data";

/** The state of a reader's page, besides its data. */
export interface ReaderState extends Moving {
  /** The place of the current question among the tracked questions. */
  readonly question: number;
  readonly evidence: Evidence;
  readonly layer: number;
  readonly head: number;
  readonly node: number;
  readonly list: "wrong" | "all";
}

export type ReaderStore = Store<ReaderState>;

export function firstReaderState(data: ReaderData): ReaderState {
  const {last, moved} = data;
  const still = {stop: last, at: last, other: null, atOther: 0, playing: false};
  return {
    ...still,
    question: mostDecided(data),
    evidence: "gradients",
    ...mostImportant(data),
    node: moved,
    list: "wrong",
  };
}

/** The tracked question whose right answer gained most in the phase change, or else over all: there is most to see of it. */
function mostDecided({tracked, steps, last, file: {phase}}: ReaderData): number {
  const [from, to] = phase ? [phase.from, phase.to].map((step) => steps.findIndex((own) => own >= step)) : [0, last];
  const gain = tracked.map(({losses}) => losses[Math.max(0, from)] - losses[to < 0 ? last : to]);
  return gain.reduce((best, value, n) => (value > gain[best] ? n : best), 0);
}

/** The head on which that question's loss depends most, over the steps that were looked at. */
function mostImportant(data: ReaderData): {readonly layer: number; readonly head: number} {
  const {tracked, steps, heads} = data;
  const one = tracked[mostDecided(data)];
  const sums: number[] = [];
  for (const [stop] of steps.entries()) {
    for (const [n, slope] of (one?.slopes(stop) ?? []).entries()) sums[n] = (sums[n] ?? 0) + Math.abs(slope);
  }
  const best = sums.reduce((most, sum, n) => (sum > sums[most] ? n : most), 0);
  return {layer: heads ? Math.floor(best / heads) : 0, head: heads ? best % heads : 0};
}
