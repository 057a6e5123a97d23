import {EMBEDDING, type Network, sizeOf} from "../nouns/network";
import {UserError} from "../nouns/options";
import type {Dataset} from "../nouns/samples";
import {NEIGHBOURS, type NearDuplicates, nearDuplicates} from "../numbers/near-duplicates";
import {batches} from "./data/batches";
import {SPLITS} from "./data/image-names";
import {imagesAtOnce} from "./data/images-at-once";
import {inBytes} from "./data/read-file";
import {nearestRows} from "./maps/nearest-rows";

/** Images read at a time. */
const BATCH = 1000;
/** The most bytes of embeddings. */
const MOST_BYTES = 2e9;

/**
 * The input of the network's last layer for every image of a data set: training images first, then validation, then
 * test images.
 *
 * @returns `[images, width]`.
 */
export async function embeddingsOf(network: Network, data: Dataset): Promise<Float32Array> {
  const count = SPLITS.reduce((sum, split) => sum + data[split].count, 0);
  let all: Float32Array | undefined;
  let at = 0;
  for (const split of SPLITS) {
    for await (const batch of batches(data[split], imagesAtOnce(data.imageShape, BATCH), {held: 1})) {
      const [{values, shape}] = await network.forward(batch, [EMBEDDING]);
      all ??= roomFor(count, sizeOf(shape));
      all.set(values, at);
      at += values.length;
    }
  }
  return all ?? new Float32Array();
}

function roomFor(images: number, width: number): Float32Array {
  const bytes = 4 * images * width;
  if (bytes <= MOST_BYTES) return new Float32Array(images * width);
  const got = `${inBytes(bytes)} (${images.toLocaleString("en")} images, ${width.toLocaleString("en")} numbers each)`;
  throw new UserError(
    `labels leaks: expected the network's answers in at most ${inBytes(MOST_BYTES)}, got ${got}; --embedding none asks it nothing`,
  );
}

/**
 * Finds images that are nearly the same to the network.
 *
 * @param embeddings `[images, width]`.
 * @param places The images to compare.
 * @param near A pair counts if its distance is below so many medians of the distance to the nearest.
 */
export async function seenAlike(
  embeddings: Float32Array,
  images: number,
  places: readonly number[],
  near: number,
): Promise<NearDuplicates["pairs"]> {
  const width = embeddings.length / images;
  const examples = places.length;
  if (examples < 2) return [];
  const features = new Float32Array(examples * width);
  for (const [n, place] of places.entries()) {
    features.set(embeddings.subarray(place * width, (place + 1) * width), n * width);
  }
  const neighbours = await nearestRows({values: features, rows: examples, columns: width}, NEIGHBOURS);
  const {pairs} = nearDuplicates(features, neighbours, {examples, near});
  return pairs.map(({a, b, distance}) => ({a: places[a], b: places[b], distance}));
}
