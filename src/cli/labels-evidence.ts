import {join} from "node:path";

import type {Dataset, Split} from "../nouns/samples";
import type {TrainingSuspect} from "../numbers/suspect-training-labels";
import {nameOf} from "../pipeline/data/image-names";
import {withKeptNetwork} from "../pipeline/kept-network";
import {labelEvidence} from "../pipeline/label-evidence";
import {type LabelNeighbours, labelNeighbours, type Neighbour} from "../pipeline/label-neighbours";
import {openRunDirectory} from "../pipeline/record/run-directory";
import type {RunOptions} from "../pipeline/run/options";
import {thumbnail} from "../report/compare/thumbnail";
import {type EvidenceTiles, evidenceTiles} from "../report/labels/evidence-tiles";
import type {NeighbourTiles} from "../report/labels/neighbour-rows";

/** How many training images are shown beside a suspect: of each of the two classes, and of all classes. */
const NEIGHBOURS = {ofClass: 4, ofAll: 8};
/** The place of a neighbour that is missing, because a class has fewer. */
const NONE = 0xffffffff;

/**
 * The places, pixels (0 to 255) and labels of neighbours, equally many for each suspect. A neighbour that is missing is
 * black.
 */
interface Near {
  readonly places: Uint32Array;
  readonly pixels: Uint8Array;
  readonly labels: Uint16Array;
}

/**
 * The nearest training images of the given class and of the suggested one, `[suspects, 4]` each, and of all classes,
 * `[suspects, 8]`.
 */
export async function neighbourArrays(train: Split, near: readonly LabelNeighbours[]) {
  const side = async (of: (one: LabelNeighbours) => readonly Neighbour[], each: number): Promise<Near> => {
    const list = near.flatMap((one) => Array.from({length: each}, (_, n) => of(one)[n]));
    const places = Uint32Array.from(list, (one) => one?.index ?? NONE);
    const there = [...places].filter((place) => place !== NONE);
    const read = await train.read(there);
    const size = read.shape[0] * read.shape[1] * read.shape[2];
    const pixels = new Uint8Array(places.length * size);
    let next = 0;
    for (const [n, place] of places.entries()) {
      if (place === NONE) continue;
      for (let p = 0; p < size; p++) pixels[n * size + p] = Math.round(255 * read.pixels[next * size + p]);
      next++;
    }
    return {places, pixels, labels: Uint16Array.from(list, (one) => one?.label ?? 0)};
  };
  return {
    given: await side(({given}) => given, NEIGHBOURS.ofClass),
    suggested: await side(({suggested}) => suggested, NEIGHBOURS.ofClass),
    all: await side(({all}) => all, NEIGHBOURS.ofAll),
  };
}

type NearArrays = Awaited<ReturnType<typeof neighbourArrays>>;

/** The neighbours of the n-th suspect, as the page of suspects shows them. */
function neighboursOf({given, suggested, all}: NearArrays, n: number, data: Dataset): NeighbourTiles {
  const {imageShape: shape, classNames} = data;
  const tiles = ({places, pixels, labels}: Near, each: number) => {
    const images = {count: places.length, shape, pixels, labels};
    const own = Array.from({length: each}, (_, i) => n * each + i).filter((at) => places[at] !== NONE);
    return own.map((at) => ({
      picture: thumbnail(images, at),
      label: classNames[labels[at]],
      where: nameOf(data, {split: "train", index: places[at]}),
    }));
  };
  return {
    given: tiles(given, NEIGHBOURS.ofClass),
    suggested: tiles(suggested, NEIGHBOURS.ofClass),
    all: tiles(all, NEIGHBOURS.ofAll),
  };
}

/** The evidence about one suspect, as the page of suspects shows it. */
export interface ShownEvidence {
  readonly evidence: EvidenceTiles;
  readonly neighbours: NeighbourTiles;
}

/**
 * Asks the run's best network what speaks for the given label of some suspects, and what for the suggested one, and
 * which training images are most like them. It makes tiles for the page, and `artifacts/suspects/evidence` in the run's
 * folder.
 *
 * @param doubted Places of all images whose own label is suspect: none of them is shown as an example of the given or
 * the suggested class.
 * @returns The tiles in the order of the suspects, and the files that were written.
 */
export async function evidenceFor(
  path: string,
  data: Dataset,
  begun: Pick<RunOptions, "optimizer" | "threads" | "seed">,
  suspects: readonly Pick<TrainingSuspect, "index" | "predicted">[],
  doubted: ReadonlySet<number>,
): Promise<{readonly evidence: readonly ShownEvidence[]; readonly files: readonly string[]}> {
  if (suspects.length === 0) return {evidence: [], files: []};
  const indices = suspects.map(({index}) => index);
  const images = await data.train.read(indices);
  const suggested = Uint16Array.from(suspects, ({predicted}) => predicted);
  const names = indices.map((index) => nameOf(data, {split: "train", index}));
  const labels = suspects.map(({index, predicted}, n) => ({index, given: images.labels[n], suggested: predicted}));
  const {found, near} = await withKeptNetwork(path, data, begun, async (network) => ({
    found: await labelEvidence(network, images, {indices, suggested, names}, begun.seed),
    near: await labelNeighbours(network, data.train, labels, NEIGHBOURS, (index) => !doubted.has(index)),
  }));
  const arrays = await neighbourArrays(data.train, near);
  const [height, width, channels] = images.shape;
  const size = height * width * channels;
  const joined = (of: (one: (typeof found)[number]) => Float32Array | undefined) => {
    const all = new Float32Array(found.length * height * width);
    for (const [n, one] of found.entries()) all.set(of(one) ?? [], n * height * width);
    return all;
  };
  await openRunDirectory(path).writeValue("suspects/evidence", {
    name: "evidence",
    plot: "segments",
    data: {
      title: "Suspect labels: what speaks for the given label",
      ...{height, width, channels, images: images.pixels},
      explanations: found.map(({lime}) => lime.given),
    },
    numbers: {
      ...{names, indices: Uint32Array.from(indices), labels: images.labels, suggested},
      ...{nearGiven: arrays.given.places, nearGivenPixels: arrays.given.pixels},
      ...{nearSuggested: arrays.suggested.places, nearSuggestedPixels: arrays.suggested.pixels},
      ...{nearAll: arrays.all.places, nearAllPixels: arrays.all.pixels, nearAllLabels: arrays.all.labels},
      others: found.map(({lime}) => lime.suggested), // what speaks for the suggested label
      ...(found.every(({saliency}) => saliency)
        ? {given: joined(({saliency}) => saliency?.given), other: joined(({saliency}) => saliency?.suggested)}
        : {}),
    },
  });
  return {
    evidence: found.map((one, n) => ({
      evidence: evidenceTiles(one, images.pixels.subarray(n * size, (n + 1) * size), images.shape),
      neighbours: neighboursOf(arrays, n, data),
    })),
    files: [join(path, "artifacts/suspects/evidence.json")],
  };
}
