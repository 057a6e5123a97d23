import type {Slice} from "../../numbers/slices";
import type {RunProgress} from "../../pipeline/record/run-progress";
import type {Decision, SampleChoice, SampleOrder} from "./training/choices";

/** The questions that the page answers, each in its own view. */
export type ViewName = "answers" | "training" | "layers" | "runs" | "why";

export type Mode = "label" | "predicted" | "right";

/** The ways to select the images of the list. */
export type Selection =
  | {readonly kind: "mistakes" | "fixed" | "broken" | "explained"}
  | {readonly kind: "cell"; readonly actual: number; readonly predicted: number}
  | {readonly kind: "lasso"; readonly images: readonly number[]};

/** A run that is in progress, or that has ended while the page was open. */
export type Live =
  | ({readonly kind: "training"} & RunProgress)
  | {readonly kind: "ended"; readonly epoch: number; readonly epochs: number};

/** Everything that the page shows, besides the data. Stops are places in `Data.epochs`. */
export interface State {
  /** The current view. */
  readonly view: ViewName;
  /** The current stop (A), and a second one in a comparison. */
  readonly stop: number;
  readonly other: number | null;
  /** The positions of the moving parts, which follow `stop` and `other`. */
  readonly at: number;
  readonly atOther: number;
  /** The current image, and the one under the pointer (−1 for none). */
  readonly image: number;
  readonly hover: number;
  readonly selection: Selection;
  /**
   * The slices that the Answers view shows; none: it shows all test images. The array stays the same object until the
   * choice changes.
   */
  readonly slices: readonly Slice[];
  readonly mode: Mode;
  /** The only class shown in colour on the map, or −1. */
  readonly isolated: number;
  readonly playing: boolean;
  /** On a narrow screen: whether the image's panel lies over the page. */
  readonly sheet: boolean;
  readonly limeFor: "predicted" | "label";
  readonly zoomed: boolean;
  readonly difference: boolean;
  /** The current training image, and the one under the pointer (−1 for none); both are rows of the training data. */
  readonly sample: number;
  readonly sampleHover: number;
  /** The selection of training images in the list, and their order. */
  readonly samples: SampleChoice;
  readonly order: SampleOrder;
  /** The decisions by the image's place in the training split. */
  readonly decided: ReadonlyMap<number, Decision>;
  /** Whether the axes of the data map spread its corners. */
  readonly mapZoomed: boolean;
  /** Null if nothing is known about a run in progress. */
  readonly live: Live | null;
}

/** The part of the state that moves with the timeline, on any page. */
export type Moving = Pick<State, "stop" | "other" | "at" | "atOther" | "playing">;

type Listener<S> = (state: S, changed: ReadonlySet<keyof S>) => void;

export interface Store<S extends Moving = State> {
  readonly state: S;
  set(change: Partial<S>): void;
  /** Called once in each frame, with everything that has changed since the last one. */
  on(listener: Listener<S>): void;
  /** Moves to a stop smoothly. */
  go(stop: number): void;
  goOther(stop: number | null): void;
  /** While a handle is dragged, the moving parts follow it, and everything else shows the nearest stop. */
  scrub(which: "a" | "b", at: number): void;
}

export const still = matchMedia("(prefers-reduced-motion: reduce)");

const GLIDE_MS = 850;
const ease = (x: number) => (x < 0.5 ? 4 * x * x * x : 1 - (-2 * x + 2) ** 3 / 2);

export function createStore<S extends Moving = State>(initial: S): Store<S> {
  const state = {...initial} as {-readonly [K in keyof S]: S[K]};
  const listeners: Listener<S>[] = [];
  let changed = new Set<keyof S>();
  let queued = false;
  const flush = () => {
    queued = false;
    const now = changed;
    changed = new Set();
    for (const listener of listeners) listener(state, now);
  };
  const set = (change: Partial<S>) => {
    for (const key of Object.keys(change) as (keyof S)[]) {
      if (state[key] === change[key]) continue;
      (state as {[K in keyof S]?: unknown})[key] = change[key];
      changed.add(key);
    }
    if (changed.size && !queued) {
      queued = true;
      requestAnimationFrame(flush);
    }
  };

  const glides = {at: {from: 0, to: initial.at, start: 0}, atOther: {from: 0, to: initial.atOther, start: 0}};
  let running = false;
  const move = (change: Partial<Moving>) => set(change as Partial<S>);
  const run = () => {
    if (!running) requestAnimationFrame(step);
    running = true;
  };
  const step = (now: number) => {
    running = false;
    for (const key of ["at", "atOther"] as const) {
      const {from, to, start} = glides[key];
      if (state[key] === to) continue;
      const share = Math.min(1, Math.max(0, (now - start) / GLIDE_MS));
      move({[key]: share === 1 ? to : from + (to - from) * ease(share)});
      if (share < 1) run();
    }
  };
  const glide = (key: "at" | "atOther", to: number) => {
    glides[key] = {from: state[key], to, start: performance.now()};
    if (still.matches) move({[key]: to});
    else run();
  };
  return {
    state,
    set,
    on: (listener) => {
      listeners.push(listener);
    },
    go: (stop) => {
      move({stop});
      glide("at", stop);
    },
    goOther: (other) => {
      move({other});
      if (other !== null) glide("atOther", other);
    },
    scrub: (which, at) => {
      const nearest = Math.round(at);
      const key = which === "a" ? "at" : "atOther";
      glides[key].to = at;
      move({[key]: still.matches ? nearest : at, [which === "a" ? "stop" : "other"]: nearest});
    },
  };
}
