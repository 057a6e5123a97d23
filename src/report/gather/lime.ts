import {UserError} from "../../nouns/options";
import type {Saved} from "../file-memory";
import type {Packer} from "../packer";
import type {LimeEntry} from "../report-file";
import {array} from "./saved-values";

/** An explanation whose segments are not packed yet. */
export interface Explained extends Omit<LimeEntry, "segments"> {
  readonly segments: Uint16Array;
  readonly shape: readonly [height: number, width: number];
}

/**
 * The explanations in the picture, and those in `numbers.others`, which it does not show.
 *
 * @param most How many images of `numbers.indices` to take, from the first on; others are left out.
 * @throws UserError if an explanation has no segments or weights.
 */
export function explanations({data, numbers}: Saved, path: string, most = Number.POSITIVE_INFINITY): Explained[] {
  const others = Array.isArray(numbers?.others) ? numbers.others : [];
  if (!Array.isArray(data.explanations)) {
    throw new UserError(`${path}: expected data.explanations to list them, got ${typeof data.explanations}`);
  }
  const indices = numbers?.indices === undefined ? undefined : array(numbers.indices, `${path}: numbers.indices`);
  const leftOut = new Set(Array.from(indices ?? []).slice(most));
  const carried = [...data.explanations, ...others].filter(({index}) => !leftOut.has(index));
  const {height, width} = data as {height: number; width: number};
  return carried.map((explanation: {readonly [name: string]: unknown}, n) => ({
    index: Number(explanation.index ?? indices?.[n]),
    explained: Number(explanation.explained),
    probability: Number(explanation.probability),
    segments: Uint16Array.from(array(explanation.segments, `${path}: explanations[${n}].segments`)),
    shape: [height, width],
    weights: Array.from(array(explanation.weights, `${path}: explanations[${n}].weights`), (w) => rounded(w)),
    r2: finite(explanation.r2),
    stability: finite(explanation.halvesCorrelation),
  }));
}

/** Packs the explanations in the form of the page. */
export function gatherLime(explained: readonly Explained[], pack: Packer): LimeEntry[] {
  return explained.map(({index, explained, probability, segments, shape, ...fit}) => ({
    index,
    explained,
    probability,
    segments: pack.add(segments, shape),
    ...fit,
  }));
}

const finite = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? rounded(value) : null);
/** Rounds to five digits, which are more than a picture shows. */
const rounded = (value: number) => Number(value.toPrecision(5));
