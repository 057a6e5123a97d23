import {existsSync} from "node:fs";

import {reduced} from "../../numbers/reduced-images";
import type {EvidenceShown, NeighboursShown} from "../evidence-file";
import type {Recall, Saved} from "../file-memory";
import type {Packer} from "../packer";
import {explanations} from "./lime";
import {array} from "./saved-values";

/**
 * The longest side of a neighbour on the page, in pixels; and the most suspects of which a page carries the evidence.
 */
const [LONGEST, MOST] = [64, 200];

/** The evidence that `labels suspects` found for the first suspects; null if it was not asked for. */
export function gatherEvidence(path: string, recall: Recall, pack: Packer): readonly EvidenceShown[] | null {
  if (!existsSync(path)) return null;
  const found = recall(path, "label evidence", (saved) => evidenceOf(saved, path));
  return found.slice(0, MOST).map(({segments, saliency, neighbours, nearest, shape: [height, width], ...rest}) => ({
    ...rest,
    nearest: nearest && {...shownNeighbours(nearest, pack), labels: nearest.labels},
    segments: pack.add(segments, [height, width]),
    saliency: saliency && pack.add(saliency, [2, height, width]),
    neighbours: neighbours && pair((side) => shownNeighbours(neighbours[side], pack)),
  }));
}

type Evidence = ReturnType<typeof evidenceOf>[number];
type Neighbours = Pick<NonNullable<Evidence["neighbours"]>[number], "places" | "pixels" | "shape">;

const pair = <T>(of: (side: 0 | 1) => T) => [of(0), of(1)] as const;

function shownNeighbours({places, pixels, shape}: Neighbours, pack: Packer): NeighboursShown {
  return {places, pixels: pack.add(pixels, shape)};
}

function evidenceOf(saved: Saved, path: string) {
  const numbers = saved.numbers ?? {};
  const own = (name: string) => (numbers[name] === undefined ? null : array(numbers[name], `${path}: numbers.${name}`));
  const all = explanations(saved, path); // first those of the given labels, then those of the suggested ones
  const count = all.length / 2;
  const {channels} = saved.data as {readonly channels: number};
  const [given, other] = [own("given"), own("other")];
  const near = (["nearGiven", "nearSuggested", "nearAll"] as const).map(own);
  const pixels = (["nearGivenPixels", "nearSuggestedPixels", "nearAllPixels"] as const).map(own);
  const isThere = (side: 0 | 1 | 2) => near[side] !== null && pixels[side] !== null;
  const labels = own("nearAllLabels");
  return all.slice(0, count).map((first, n) => {
    const second = all[count + n];
    const [height, width] = first.shape;
    const size = height * width;
    const map = given && other ? signed([given, other], n * size, size) : null;
    const neighbours = (side: 0 | 1 | 2) => {
      const places = near[side] ?? [];
      const each = places.length / count;
      const kept = Array.from({length: each}, (_, i) => i).filter((i) => places[n * each + i] !== NONE);
      const step = Math.ceil(Math.max(height, width) / LONGEST);
      const from = n * each * size * channels;
      const bytes = Uint8Array.from(
        Array.prototype.slice.call(pixels[side], from, from + kept.length * size * channels),
      );
      const shape = [kept.length, Math.ceil(height / step), Math.ceil(width / step), channels];
      return {
        places: kept.map((i) => places[n * each + i]),
        pixels: reduced(bytes, [kept.length, height, width, channels], step),
        shape,
        labels: kept.map((i) => labels?.[n * each + i] ?? 0),
      };
    };
    return {
      ...{place: first.index, labels: [first.explained, second.explained] as const, shape: first.shape},
      ...{segments: first.segments, weights: [first.weights, second.weights] as const},
      ...{r2: [first.r2, second.r2] as const, saliency: map},
      neighbours: isThere(0) && isThere(1) ? pair(neighbours) : null,
      nearest: isThere(2) && labels ? neighbours(2) : null,
    };
  });
}

/** The place of an image that is missing, because a class has fewer than were asked for. */
const NONE = 0xffffffff;

/** Packs two maps in 127ths of the greatest number of both. */
function signed(maps: readonly ArrayLike<number>[], from: number, size: number): Int8Array {
  let most = 0;
  for (const map of maps) for (let p = from; p < from + size; p++) most = Math.max(most, Math.abs(map[p]));
  const out = new Int8Array(2 * size);
  maps.forEach((map, side) => {
    for (let p = 0; p < size; p++) out[side * size + p] = Math.round((127 * map[from + p]) / (most || 1));
  });
  return out;
}
