import {join} from "node:path";

import type {Dataset, Split} from "../nouns/samples";
import type {TrainingSuspect} from "../numbers/suspect-training-labels";
import {nameOf} from "../pipeline/data/image-names";
import {withKeptNetwork} from "../pipeline/kept-network";
import {labelEvidence} from "../pipeline/label-evidence";
import {labelNeighbours, type Neighbour} from "../pipeline/label-neighbours";
import {openRunDirectory} from "../pipeline/record/run-directory";
import type {RunOptions} from "../pipeline/run/options";
import {type EvidenceTiles, evidenceTiles} from "../report/labels/evidence-tiles";

/** Training images of each of the two classes that are shown beside a suspect. */
const NEIGHBOURS = 4;
/** Stands where a class has fewer. */
const NONE = 0xffffffff;

/** Places `[suspects, 4]` of the nearest of either class, and their pixels in 255ths, black where there is none. */
async function neighbourArrays(train: Split, near: Awaited<ReturnType<typeof labelNeighbours>>) {
  const side = async (of: (one: (typeof near)[number]) => readonly Neighbour[]) => {
    const places = Uint32Array.from(
      near.flatMap((one) => Array.from({length: NEIGHBOURS}, (_, n) => of(one)[n]?.index ?? NONE)),
    );
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
    return {places, pixels};
  };
  const [given, suggested] = [await side(({given}) => given), await side(({suggested}) => suggested)];
  return {
    ...{nearGiven: given.places, nearSuggested: suggested.places},
    ...{nearGivenPixels: given.pixels, nearSuggestedPixels: suggested.pixels},
  };
}

/**
 * Asks the run's best network what speaks for the given label of some suspects, and what for the suggested one. It
 * makes tiles for the page, and `artifacts/suspects/evidence` in the run's folder.
 *
 * @returns The tiles in the order of the suspects, and the files that were written.
 */
export async function evidenceFor(
  path: string,
  data: Dataset,
  begun: Pick<RunOptions, "optimizer" | "threads" | "seed">,
  suspects: readonly TrainingSuspect[],
): Promise<{readonly evidence: readonly EvidenceTiles[]; readonly files: readonly string[]}> {
  if (suspects.length === 0) return {evidence: [], files: []};
  const indices = suspects.map(({index}) => index);
  const images = await data.train.read(indices);
  const suggested = Uint16Array.from(suspects, ({predicted}) => predicted);
  const names = indices.map((index) => nameOf(data, {split: "train", index}));
  const labels = suspects.map(({index, predicted}, n) => ({index, given: images.labels[n], suggested: predicted}));
  const {found, near} = await withKeptNetwork(path, data, begun, async (network) => ({
    found: await labelEvidence(network, images, {indices, suggested, names}, begun.seed),
    near: await labelNeighbours(network, data.train, labels, NEIGHBOURS),
  }));
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
      ...(await neighbourArrays(data.train, near)),
      others: found.map(({lime}) => lime.suggested), // what speaks for the suggested label
      ...(found.every(({saliency}) => saliency)
        ? {given: joined(({saliency}) => saliency?.given), other: joined(({saliency}) => saliency?.suggested)}
        : {}),
    },
  });
  return {
    evidence: found.map((one, n) => evidenceTiles(one, images.pixels.subarray(n * size, (n + 1) * size), images.shape)),
    files: [join(path, "artifacts/suspects/evidence.json")],
  };
}
