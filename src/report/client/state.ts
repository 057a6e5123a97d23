import type {Slice} from "../../numbers/slices";
import type {RunProgress} from "../../pipeline/record/run-progress";
import type {Decision, SampleChoice, SampleOrder} from "./training/choices";

/** The questions that the page answers, a view each. */
export type ViewName = "answers" | "training" | "layers" | "runs" | "why";

export type Mode = "label" | "predicted" | "right";

/** The ways to select the images of the list. */
export type Selection =
  | {readonly kind: "mistakes" | "fixed" | "broken" | "explained"}
  | {readonly kind: "cell"; readonly actual: number; readonly predicted: number}
  | {readonly kind: "lasso"; readonly images: readonly number[]};

/** A run that goes on, or has ended while the page was open. */
export type Live =
  | ({readonly kind: "training"} & RunProgress)
  | {readonly kind: "ended"; readonly epoch: number; readonly epochs: number};

/** Everything that the page shows, beside the data. Stops are places in `Data.epochs`. */
export interface State {
  /** The view shown. */
  readonly view: ViewName;
  /** The stop shown (A), and a second one when comparing. */
  readonly stop: number;
  readonly other: number | null;
  /** Where the moving parts are: they run after `stop` and `other`. */
  readonly at: number;
  readonly atOther: number;
  /** The image shown, and the one under the pointer (−1: none). */
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
  /** The training image shown, and the one under the pointer (−1: none); rows of the training data. */
  readonly sample: number;
  readonly sampleHover: number;
  /** The selection of training images in the list, and their order. */
  readonly samples: SampleChoice;
  readonly order: SampleOrder;
  /** By place in the training split. */
  readonly decided: ReadonlyMap<number, Decision>;
  /** Whether the data map spreads its corners. */
  readonly mapZoomed: boolean;
  /** Null if nothing is known of a run that goes on. */
  readonly live: Live | null;
}

/** The part of the state that moves with the timeline, on any page. */
export type Moving = Pick<State, "stop" | "other" | "at" | "atOther" | "playing">;

type Listener<S> = (state: S, changed: ReadonlySet<keyof S>) => void;

export interface Store<S extends Moving = State> {
  readonly state: S;
  set(change: Partial<S>): void;
  /** Called once a frame, with all that changed since. */
  on(listener: Listener<S>): void;
  /** Glides to a stop. */
  go(stop: number): void;
  goOther(stop: number | null): void;
  /** While a handle is dragged the moving parts follow it, and the rest shows the nearest stop. */
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
