import {FULL} from "../record/map-scale";
import {joinedArrays} from "./explained-columns";

/** Maps of some images, one row for each, in the order of the images. */
export interface PixelColumns {
  /** Place in the test split, and the true class. */
  readonly index: Uint32Array;
  readonly label: Uint32Array;
  /** The class explained, and its probability. */
  readonly target: Uint32Array;
  readonly probability: Float32Array;
  /** NaN if it cannot be measured. */
  readonly faithfulness: Float64Array;
  /** How far the map's sum misses what it explains, as a share of it; NaN of methods without such a sum. */
  readonly gap: Float64Array;
}

/** The result of a task: the maps as the method gives them, `[images, height, width]`. */
export interface FoundMaps extends PixelColumns {
  readonly values: Float32Array;
}

/** Maps in half of the space, as a run keeps them. */
export interface KeptMaps extends PixelColumns {
  /** The greatest magnitude of each map. */
  readonly strongest: Float32Array;
  /** `[images, height, width]`, in 32,767ths of the strongest. */
  readonly values: Int16Array;
}

/** Rounds each map to 32,767ths of its strongest pixel. A map that is 0 everywhere stays 0. */
export function keptMaps({values, ...columns}: FoundMaps): KeptMaps {
  const images = columns.index.length;
  const size = values.length / images;
  const strongest = new Float32Array(images);
  const small = new Int16Array(values.length);
  for (let n = 0; n < images; n++) {
    const [start, end] = [n * size, (n + 1) * size];
    for (let p = start; p < end; p++) strongest[n] = Math.max(strongest[n], Math.abs(values[p]));
    if (strongest[n] === 0) continue;
    for (let p = start; p < end; p++) small[p] = Math.round((FULL * values[p]) / strongest[n]);
  }
  return {...columns, strongest, values: small};
}

/** Joins the rows of several parts, in the order of the images. If two parts have an image, the row of the later counts. */
export function joinedMaps(parts: readonly KeptMaps[]): KeptMaps {
  const rows = new Map<number, {readonly part: KeptMaps; readonly row: number}>();
  for (const part of parts) {
    for (const [row, image] of part.index.entries()) rows.set(image, {part, row});
  }
  const ordered = [...rows].sort(([a], [b]) => a - b).map(([, one]) => one);
  const column = <T extends Float32Array | Float64Array | Uint32Array | Int16Array>(
    name: keyof KeptMaps,
    Kind: new (length: number) => T,
  ): T =>
    joinedArrays(
      ordered.map(({part, row}) => {
        const each = part[name].length / part.index.length; // numbers of a row
        return part[name].subarray(row * each, (row + 1) * each);
      }),
      Kind,
    );
  return {
    index: column("index", Uint32Array),
    label: column("label", Uint32Array),
    target: column("target", Uint32Array),
    probability: column("probability", Float32Array),
    faithfulness: column("faithfulness", Float64Array),
    gap: column("gap", Float64Array),
    strongest: column("strongest", Float32Array),
    values: column("values", Int16Array),
  };
}
