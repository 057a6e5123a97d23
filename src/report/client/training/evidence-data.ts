import type {EvidenceShown, NeighboursShown} from "../../evidence-file";
import type {Packed} from "../../packed";
import type {SamplePicture} from "./shown-picture";

type View = Uint8Array | Int8Array | Uint16Array | Uint32Array | Float32Array;

/** The evidence for one of the two labels of a suspect. */
export interface ForLabel {
  readonly label: number;
  /** A number for each pixel in [-1, 1], on one scale for both labels; null if the network has no gradient. */
  readonly saliency: Float32Array | null;
  readonly pieces: Uint16Array;
  readonly weights: readonly number[];
  readonly r2: number | null;
  readonly neighbours: {readonly places: readonly number[]; readonly pictures: readonly SamplePicture[]} | null;
}

/** The evidence for the given label, and for the suggested one. */
export interface SuspectEvidence {
  readonly height: number;
  readonly width: number;
  readonly sides: readonly [given: ForLabel, suggested: ForLabel];
  /** The most similar images with any label; null if an earlier version found none. */
  readonly nearest: {readonly labels: readonly number[]; readonly pictures: readonly SamplePicture[]} | null;
}

/** Decodes the evidence in place. */
export function decodeEvidence(one: EvidenceShown, view: (packed: Packed) => View): SuspectEvidence {
  const [height, width] = one.segments.shape;
  const size = height * width;
  const pieces = view(one.segments) as Uint16Array;
  const maps = one.saliency && view(one.saliency);
  const picturesOf = ({places, pixels}: NeighboursShown): SamplePicture[] => {
    const bytes = view(pixels) as Uint8Array;
    const [, rows, columns, channels] = pixels.shape;
    const each = rows * columns * channels;
    return places.map((_, n) => ({
      ...{height: rows, width: columns, channels},
      pixels: bytes.subarray(n * each, (n + 1) * each),
    }));
  };
  const side = (s: 0 | 1): ForLabel => {
    const near = one.neighbours?.[s];
    return {
      ...{label: one.labels[s], pieces, weights: one.weights[s], r2: one.r2[s]},
      saliency: maps && Float32Array.from(maps.subarray(s * size, (s + 1) * size), (v) => v / 127),
      neighbours: near ? {places: near.places, pictures: picturesOf(near)} : null,
    };
  };
  const {nearest} = one;
  return {
    ...{height, width, sides: [side(0), side(1)]},
    nearest: nearest ? {labels: nearest.labels, pictures: picturesOf(nearest)} : null,
  };
}
