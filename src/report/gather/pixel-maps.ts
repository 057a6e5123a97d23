import {UserError} from "../../nouns/options";
import {FULL} from "../../pipeline/record/map-scale";
import type {Recall, Saved} from "../file-memory";
import type {Packer} from "../packer";
import {coarser} from "../page-budget";
import type {PixelMapsShown} from "../pixel-maps-file";
import type {ArtifactFiles} from "./saved-values";

/** The most bytes that a page carries of maps of many images, before packing: one method of 5,000 digits at six epochs. */
const MOST_BYTES = 24e6;
/** Bytes of an image's other numbers at an epoch. */
const BESIDE_BYTES = 10;
/** Maps are made smaller if their shorter side keeps this many places. */
const LEAST_SIDE = 28;
/** The target of an image that has no map at an epoch. */
const NONE = 0xffff;

/** Names for people; the others are the method's own. */
const NAMES: {readonly [method: string]: string} = {
  saliency: "Saliency (size)",
  "input-x-gradient": "Input × gradient",
  "smooth-grad": "SmoothGrad",
  "grad-cam": "Grad-CAM",
};

/** Maps as `explain test:all --method` keeps them (docs/run-folder.md). */
interface KeptMaps {
  readonly height: number;
  readonly width: number;
  readonly signed: boolean;
  readonly index: Uint32Array;
  readonly target: Uint32Array;
  readonly faithfulness: Float64Array;
  readonly gap: Float64Array;
  readonly values: Int16Array;
}

/**
 * The maps of `explain test:all --method` that fit into a page; if there are more images, an even choice of them.
 *
 * @param stops The page's epochs.
 * @throws UserError if a file has not as many numbers as it says.
 */
export function gatherPixelMaps(
  artifacts: ArtifactFiles,
  stops: readonly number[],
  recall: Recall,
  pack: Packer,
): PixelMapsShown | null {
  const methods = [...artifacts.keys()].filter((name) => /^explained\/(?!lime$)/.test(name)).sort();
  const shown = methods.filter((name) => stops.some((epoch) => artifacts.get(name)?.has(epoch)));
  if (shown.length === 0) return null;
  const maps = shown.map((name) => {
    const files = stops.map((epoch) => artifacts.get(name)?.get(epoch));
    const heads = files.map((file) =>
      file === undefined ? null : recall(file, "head", (saved) => headOf(saved, file)),
    );
    const [{height, width, signed}] = heads.filter((head) => head !== null);
    const all = [...new Set(heads.flatMap((head) => (head ? [...head.index] : [])))].sort((a, b) => a - b);
    const step = Math.max(1, Math.floor(Math.min(height, width) / LEAST_SIDE));
    const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
    const each = heads.filter((head) => head !== null).length * (rows * columns + BESIDE_BYTES);
    const fits = Math.max(1, Math.floor(MOST_BYTES / (shown.length * each)));
    const every = Math.max(1, Math.ceil(all.length / fits));
    const places = Uint32Array.from(all.filter((_, n) => n % every === 0));
    const count = [places.length];
    const method = name.slice("explained/".length);
    return {
      name: NAMES[method] ?? `${method[0].toUpperCase()}${method.slice(1).replaceAll("-", " ")}`,
      ...{signed, height: rows, width: columns, of: all.length},
      indices: pack.add(places, count),
      stops: files.map((file) => {
        if (file === undefined) return null;
        const by = `${places.length} ${every} ${step}`;
        const own = recall(file, by, (saved) => shownAt(saved as unknown as KeptMaps, places, step));
        return {
          targets: pack.add(own.targets, count),
          trust: pack.add(own.trust, count),
          gap: own.gap && pack.add(own.gap, count),
          values: pack.add(own.values, [places.length, rows, columns]),
        };
      }),
    };
  });
  return {maps};
}

/** @throws UserError if the maps are not as many as the images. */
function headOf(saved: Saved, path: string): Pick<KeptMaps, "height" | "width" | "signed" | "index"> {
  const {height, width, signed, index, values} = saved as unknown as KeptMaps;
  if (values?.length === index?.length * height * width) return {height, width, signed, index};
  throw new UserError(`${path}: expected ${index?.length} maps of ${height} x ${width}, got ${values?.length} numbers`);
}

/** Maps as 127ths of each map's strongest pixel, or 255ths if no number is below 0. */
function shownAt({height, width, signed, ...kept}: KeptMaps, places: Uint32Array, step: number) {
  const size = height * width;
  const rowOf = new Map(Array.from(kept.index, (image, row) => [image, row]));
  const values = new (signed ? Int8Array : Uint8Array)(places.length * size);
  const targets = new Uint16Array(places.length).fill(NONE);
  const [trust, gap] = [new Float32Array(places.length), new Float32Array(places.length)];
  const full = signed ? 127 : 255;
  places.forEach((image, n) => {
    const row = rowOf.get(image);
    trust[n] = row === undefined ? Number.NaN : kept.faithfulness[row];
    gap[n] = row === undefined ? Number.NaN : kept.gap[row];
    if (row === undefined) return;
    targets[n] = kept.target[row];
    for (let p = 0; p < size; p++) values[n * size + p] = Math.round((full * kept.values[row * size + p]) / FULL);
  });
  return {
    ...{targets, trust, gap: gap.every(Number.isNaN) ? null : gap},
    values: coarser(values, [places.length, height, width, 1], step),
  };
}
