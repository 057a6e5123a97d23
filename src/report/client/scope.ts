import {confusionCounts} from "../../numbers/confusion";
import type {Slice} from "../../numbers/slices";
import type {Answers, Data} from "./data";

/** The test images about which the Answers view speaks: all of them, or those that are in every chosen slice. */
export interface Scope {
  /** The images, ascending; null means all of them. */
  readonly images: readonly number[] | null;
  readonly count: number;
  has(image: number): boolean;
  /**
   * The answers at a stop, with the counts and mistakes of only these images; the rows are still those of all images.
   */
  answers(stop: number): Answers | null;
}

/** The chosen slices are the same array until the choice changes, so results for this array can be found again. */
const made = new WeakMap<readonly Slice[], Scope>();
const whole = new WeakMap<Data, Scope>();

/** The test images that the chosen slices leave. */
export function scopeOf(data: Data, slices: readonly Slice[]): Scope {
  if (slices.length === 0) {
    const all = whole.get(data) ?? {
      ...{images: null, count: data.count, has: () => true},
      answers: (stop: number) => data.answers[stop] ?? null,
    };
    whole.set(data, all);
    return all;
  }
  const known = made.get(slices);
  if (known) return known;
  const scope = narrowed(data, slices);
  made.set(slices, scope);
  return scope;
}

function narrowed(data: Data, slices: readonly Slice[]): Scope {
  const sets = slices.map(({images}) => new Set(images));
  const images = [...slices[0].images].filter((i) => sets.every((set) => set.has(i))).sort((a, b) => a - b);
  const within = new Set(images);
  const labels = Uint16Array.from(images, (i) => data.labels[i]);
  const stops = new Map<number, Answers | null>();
  return {
    images,
    count: images.length,
    has: (image) => within.has(image),
    answers: (stop) => {
      const found = stops.get(stop);
      if (found !== undefined) return found;
      const answers = data.answers[stop] ?? null;
      const predicted = answers && Uint16Array.from(images, (i) => answers.predicted[i]);
      const own = answers &&
        predicted && {
          ...answers,
          counts: confusionCounts(labels, predicted, data.classes),
          wrong: predicted.reduce((sum, k, n) => sum + Number(k !== labels[n]), 0),
        };
      stops.set(stop, own);
      return own;
    },
  };
}
