import {UserError} from "../pipeline/options";
import type {Inside} from "../pipeline/record/inside";
import type {Packer} from "./packer";
import type {ReportFile} from "./report-file";

/** The network's weights and activations at each stop. */
export function gatherInside(stops: readonly unknown[], pack: Packer): ReportFile["inside"] {
  const saved = stops as readonly (Inside | null)[]; // written by run-inside, whole
  const first = saved.find((stop) => stop !== null);
  if (!first) return null;
  const rounded = (value: number) => Number(value.toPrecision(5));
  return {
    indices: Array.from(first.indices),
    stops: saved.map(
      (stop) =>
        stop && {
          weights: stop.weights.map(({name, shape, min, max, mean, deviation, zeros, buckets}) => ({
            name,
            shape,
            min: rounded(min),
            max: rounded(max),
            mean: rounded(mean),
            deviation: rounded(deviation),
            zeros,
            buckets: Array.from(buckets, rounded),
          })),
          activations: stop.activations.map(({layer, type, shape, of, peak, values}) => ({
            layer,
            type,
            of,
            peak: rounded(peak),
            values: pack.add(bytesOf(values, layer), [stop.indices.length, ...shape]),
          })),
        },
    ),
  };
}

/** @throws UserError if a layer's values are not bytes: their binary file is missing. */
function bytesOf(values: unknown, layer: string): Uint8Array {
  if (values instanceof Uint8Array) return values;
  throw new UserError(`artifacts/network: expected the activations of layer ${layer} as bytes, got ${typeof values}`);
}
