import type {Packed} from "../packed";
import type {PixelMapsShown, PixelMethodShown} from "../pixel-maps-file";

/** A method's map of one image at a stop. */
export interface PixelTile {
  /** The class explained. */
  readonly target: number;
  /** How well the map foretells what removing parts does; null if it cannot be measured. */
  readonly faithfulness: number | null;
  /** How far its sum misses what it explains, as a share of it; null if it has no such sum. */
  readonly gap: number | null;
  /** From −1 to 1, by the map's own scale. */
  readonly values: Float32Array;
}

/** The maps of one method, each read when it is looked at. */
export interface PixelMethod {
  readonly name: string;
  readonly signed: boolean;
  readonly height: number;
  readonly width: number;
  /** Images that this page carries, and images that have a map in the run's folder. */
  readonly carried: number;
  readonly all: number;
  tile(stop: number, image: number): PixelTile | null;
  /** The images that have a map at a stop, ascending. */
  at(stop: number): readonly number[];
}

/** The target of an image without a map. */
const NONE = 0xffff;

type View = (packed: Packed) => ArrayLike<number>;

export function decodePixelMaps(shown: PixelMapsShown | undefined, view: View): readonly PixelMethod[] {
  return (shown?.maps ?? []).map((method) => decodeMethod(method, view));
}

function decodeMethod({name, signed, height, width, of, indices, stops}: PixelMethodShown, view: View): PixelMethod {
  const images = Array.from(view(indices));
  const rows = new Map(images.map((image, row) => [image, row]));
  const size = height * width;
  const finite = (value: number) => (Number.isNaN(value) ? null : value);
  return {
    ...{name, signed, height, width, carried: images.length, all: of},
    tile(stop, image) {
      const here = stops[stop];
      const row = rows.get(image);
      if (!here || row === undefined) return null;
      const target = view(here.targets)[row];
      if (target === NONE) return null;
      const values = (view(here.values) as Int8Array | Uint8Array).subarray(row * size, (row + 1) * size);
      return {
        target,
        faithfulness: finite(view(here.trust)[row]),
        gap: here.gap && finite(view(here.gap)[row]),
        values: Float32Array.from(values, (value) => value / (signed ? 127 : 255)),
      };
    },
    at(stop) {
      const here = stops[stop];
      if (!here) return [];
      const targets = view(here.targets);
      return images.filter((_, row) => targets[row] !== NONE);
    },
  };
}
