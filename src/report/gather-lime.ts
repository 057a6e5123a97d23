import {UserError} from "../pipeline/options";
import {array, type Saved} from "./gather";
import type {Packer} from "./packer";
import type {LimeEntry} from "./report-file";

/**
 * What the picture explains, and `numbers.others` that it does not draw.
 *
 * @param most So many images of `numbers.indices`, the first; others are left out.
 * @throws UserError if an explanation has no segments or weights.
 */
export function gatherLime(
  {data, numbers}: Saved,
  path: string,
  pack: Packer,
  most = Number.POSITIVE_INFINITY,
): LimeEntry[] {
  const {explanations} = data;
  const others = Array.isArray(numbers?.others) ? numbers.others : [];
  if (!Array.isArray(explanations)) {
    throw new UserError(`${path}: expected data.explanations to list them, got ${typeof explanations}`);
  }
  const indices = numbers?.indices === undefined ? undefined : array(numbers.indices, `${path}: numbers.indices`);
  const leftOut = new Set(Array.from(indices ?? []).slice(most));
  const carried = [...explanations, ...others].filter(({index}) => !leftOut.has(index));
  return carried.map((explanation: {readonly [name: string]: unknown}, n) => {
    const segments = Uint16Array.from(array(explanation.segments, `${path}: explanations[${n}].segments`));
    const {height, width} = data as {height: number; width: number};
    return {
      index: Number(explanation.index ?? indices?.[n]),
      explained: Number(explanation.explained),
      probability: Number(explanation.probability),
      segments: pack.add(segments, [height, width]),
      weights: Array.from(array(explanation.weights, `${path}: explanations[${n}].weights`), (w) => rounded(w)),
      r2: finite(explanation.r2),
      stability: finite(explanation.halvesCorrelation),
    };
  });
}

const finite = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? rounded(value) : null);
/** Five digits: more than a picture shows. */
const rounded = (value: number) => Number(value.toPrecision(5));
