import type {ExplainedShown, LimeEntry, Packed} from "../report-file";

/** LIME's explanation of an image at a stop, as the page draws it. */
export type LimeShown = Omit<LimeEntry, "segments"> & {readonly pieces: Uint16Array | Uint8Array};

/** Explanations of many images; each is decoded when it is looked at. */
export interface ManyExplained {
  /** How many images the page carries, and how many were explained. */
  readonly carried: number;
  readonly all: number;
  of(stop: number, image: number): LimeShown | null;
  /** The images explained at a stop, ascending. */
  at(stop: number): readonly number[];
}

export function decodeExplained(shown: ExplainedShown, view: (packed: Packed) => ArrayLike<number>): ManyExplained {
  const indices = view(shown.indices) as Uint32Array;
  const pieces = view(shown.segments) as Uint8Array | Uint16Array;
  const [, height, width] = shown.segments.shape;
  const size = height * width;
  const rows = new Map(Array.from(indices, (image, row) => [image, row]));
  const finite = (value: number) => (Number.isNaN(value) ? null : value);
  return {
    carried: indices.length,
    all: shown.of,
    of(stop, image) {
      const here = shown.stops[stop];
      const row = rows.get(image);
      if (!here || row === undefined) return null;
      const starts = view(here.starts);
      if (starts[row] === starts[row + 1]) return null;
      const strongest = view(here.strongest)[row];
      const weights = (view(here.weights) as Int8Array).subarray(starts[row], starts[row + 1]);
      return {
        index: image,
        explained: view(here.targets)[row],
        probability: view(here.probabilities)[row] * (here.probabilities.scale ?? 1),
        weights: Array.from(weights, (weight) => (weight * strongest) / 127),
        r2: finite(view(here.fit)[row]),
        stability: finite(view(here.stability)[row]),
        pieces: pieces.subarray(row * size, (row + 1) * size),
      };
    },
    at(stop) {
      const here = shown.stops[stop];
      if (!here) return [];
      const starts = view(here.starts);
      return Array.from(indices).filter((_, row) => starts[row + 1] > starts[row]);
    },
  };
}
