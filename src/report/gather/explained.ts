import {existsSync} from "node:fs";
import {UserError} from "../../nouns/options";
import type {Recall} from "../file-memory";
import {fractions, type Packer} from "../packer";
import type {ExplainedShown} from "../report-file";
import type {ArtifactFiles} from "./saved-values";

/** The most bytes that a page carries of explanations of many images, before packing: 10,000 digits at six epochs are 12 MB. */
const MOST_BYTES = 48e6;

/** Segments in the form in which `explain test:all` keeps them (docs/run-folder.md). */
interface KeptSegments {
  readonly height: number;
  readonly width: number;
  readonly index: Uint32Array;
  readonly segments: Uint16Array;
}

interface KeptExplained {
  readonly index: Uint32Array;
  readonly target: Uint32Array;
  readonly probability: Float64Array;
  readonly r2: Float64Array;
  readonly halvesCorrelation: Float64Array;
  readonly starts: Uint32Array;
  readonly weights: Float64Array;
}

/**
 * The explanations of `explain test:all` that fit into a page; if there are more images, some at even distances.
 *
 * @param stops The page's epochs.
 * @throws UserError if the segments of an image are missing.
 */
export function gatherExplained(
  artifacts: ArtifactFiles,
  folder: string,
  stops: readonly number[],
  recall: Recall,
  pack: Packer,
): ExplainedShown | null {
  const files = artifacts.get("explained/lime");
  const path = `${folder}/explained/segments.json`;
  if (!files || !stops.some((epoch) => files.has(epoch)) || !existsSync(path)) return null;
  const {index, segments, height, width} = recall(path, "segments", (saved) => saved as unknown as KeptSegments);
  const size = height * width;
  const most = segments.reduce((greatest, segment) => Math.max(greatest, segment), 0) < 256 ? 1 : 2;
  const perStop = 13 + (2 * segmentsOf(segments, size)) / Math.max(1, index.length);
  const fits = Math.max(1, Math.floor(MOST_BYTES / (most * size + stops.length * perStop)));
  const step = Math.max(1, Math.ceil(index.length / fits));
  const rows = Array.from(index.keys()).filter((row) => row % step === 0);
  const carried = new (most === 1 ? Uint8Array : Uint16Array)(rows.length * size);
  rows.forEach((row, n) => {
    carried.set(segments.subarray(row * size, (row + 1) * size), n * size);
  });
  const places = Uint32Array.from(rows, (row) => index[row]);
  return {
    of: index.length,
    indices: pack.add(places, [places.length]),
    segments: pack.add(carried, [rows.length, height, width]),
    stops: stops.map((epoch) => {
      const file = files.get(epoch);
      if (file === undefined) return null;
      const shown = recall(file, `${places.length}`, (saved) =>
        shownAt(saved as unknown as KeptExplained, places, file),
      );
      const count = [places.length];
      return {
        targets: pack.add(shown.targets, count),
        probabilities: pack.add(shown.probabilities, count, 1 / 65535),
        fit: pack.add(shown.fit, count),
        stability: pack.add(shown.stability, count),
        starts: pack.add(shown.starts, [places.length + 1]),
        strongest: pack.add(shown.strongest, count),
        weights: pack.add(shown.weights, [shown.weights.length]),
      };
    }),
  };
}

/** About how many segments all images have. */
function segmentsOf(segments: Uint16Array, size: number): number {
  let sum = 0;
  for (let at = 0; at < segments.length; at += size) {
    let most = 0;
    for (let p = at; p < at + size; p++) if (segments[p] > most) most = segments[p];
    sum += most + 1;
  }
  return sum;
}

/** Packs weights as 127ths of each image's strongest one; an image that is not explained at this epoch has none. */
function shownAt(kept: KeptExplained, places: Uint32Array, path: string) {
  const {index, target, probability, r2, halvesCorrelation, starts, weights} = kept;
  if (starts?.length !== index?.length + 1 || weights?.length !== starts[index.length]) {
    throw new UserError(`${path}: expected as many weights as starts say, got ${weights?.length}`);
  }
  const rowOf = new Map(Array.from(index, (image, row) => [image, row]));
  const rows = Array.from(places, (image) => rowOf.get(image) ?? -1);
  const own = <T extends Uint16Array | Float32Array>(into: T, of: (row: number) => number): T => {
    rows.forEach((row, n) => {
      into[n] = row < 0 ? Number.NaN : of(row);
    });
    return into;
  };
  const bounds = new Uint32Array(places.length + 1);
  rows.forEach((row, n) => {
    bounds[n + 1] = bounds[n] + (row < 0 ? 0 : starts[row + 1] - starts[row]);
  });
  const strongest = own(new Float32Array(places.length), (row) =>
    weights.subarray(starts[row], starts[row + 1]).reduce((most, weight) => Math.max(most, Math.abs(weight)), 0),
  );
  const small = new Int8Array(bounds[places.length]);
  rows.forEach((row, n) => {
    if (row < 0 || !(strongest[n] > 0)) return;
    for (let s = starts[row], to = bounds[n]; s < starts[row + 1]; s++, to++) {
      small[to] = Math.round((127 * weights[s]) / strongest[n]);
    }
  });
  return {
    targets: own(new Uint16Array(places.length), (row) => target[row]),
    probabilities: fractions(
      own(new Float32Array(places.length), (row) => probability[row]),
      1,
    ),
    fit: own(new Float32Array(places.length), (row) => r2[row]),
    stability: own(new Float32Array(places.length), (row) => halvesCorrelation[row]),
    ...{starts: bounds, strongest, weights: small},
  };
}
