import {UserError} from "../../nouns/options";
import type {Inside} from "../../pipeline/record/inside";
import type {Packer} from "../packer";
import {activationReduction, coarser} from "../page-budget";
import type {InsideStop, ReportFile} from "../report-file";

/** The facts about the inside of a network at one epoch, for the page. */
interface InsideShown {
  readonly indices: readonly number[];
  readonly weights: InsideStop["weights"];
  readonly activations: readonly (Omit<InsideStop["activations"][number], "values" | "size"> & {
    readonly shape: readonly number[];
    readonly values: Uint8Array;
  })[];
}

/**
 * The network's weights and activations, with numbers of five digits. @throws UserError if a layer's values are not
 * bytes.
 */
export function insideShown(saved: unknown): InsideShown {
  const {indices, weights, activations} = saved as Inside; // written completely by run/inside.ts
  const rounded = (value: number) => Number(value.toPrecision(5));
  return {
    indices: Array.from(indices),
    weights: weights.map(({name, shape, min, max, mean, deviation, zeros, buckets}) => ({
      name,
      shape,
      min: rounded(min),
      max: rounded(max),
      mean: rounded(mean),
      deviation: rounded(deviation),
      zeros,
      buckets: Array.from(buckets, rounded),
    })),
    activations: activations.map(({layer, type, shape, of, peak, values}) => ({
      layer,
      type,
      of,
      peak: rounded(peak),
      shape: [indices.length, ...shape],
      values: bytesOf(values, layer),
    })),
  };
}

/** The network at each stop; the activations of large layers are made coarser, if all together would be too much. */
export function gatherInside(stops: readonly (InsideShown | null)[], pack: Packer): ReportFile["inside"] {
  const first = stops.find((stop) => stop !== null);
  if (!first) return null;
  const bytes = stops.reduce(
    (sum, stop) => sum + (stop?.activations.reduce((all, {values}) => all + values.length, 0) ?? 0),
    0,
  );
  const kept = ({shape, values, ...facts}: InsideShown["activations"][number]) => {
    const [count, height, width, channels] = shape;
    const step = activationReduction(bytes, height, width);
    const small = coarser(values, [count, height, width, channels], step);
    const size = [height, width] as const;
    return {
      ...facts,
      size,
      values: pack.add(small, [count, Math.ceil(height / step), Math.ceil(width / step), channels]),
    };
  };
  return {
    indices: first.indices,
    stops: stops.map((stop) => stop && {weights: stop.weights, activations: stop.activations.map(kept)}),
  };
}

/** @throws UserError if a layer's values are not bytes: their binary file is missing. */
function bytesOf(values: unknown, layer: string): Uint8Array {
  if (values instanceof Uint8Array) return values;
  throw new UserError(`artifacts/network: expected the activations of layer ${layer} as bytes, got ${typeof values}`);
}
