import {type RandomSource, shuffled} from "../../nouns/random";
import type {LabelledImages, Split} from "../../nouns/samples";
import {first} from "./split";

export interface BatchesOptions {
  /** Shuffles, if given. */
  readonly random?: RandomSource;
  /** How many batches to skip at the start of an interrupted epoch. */
  readonly from?: number;
  /**
   * How many batches may be in use at the same time; the pixels of the next one overwrite those of the oldest. By
   * default, each batch gets a new array, which gives the garbage collector 125 MB a second to clear while a network
   * trains.
   */
  readonly held?: number;
}

/** Images with their places in their split, and their places before any images were left out of it. */
export interface Batch extends LabelledImages {
  readonly indices: Uint32Array;
  readonly own: Uint32Array;
}

/** The most batches that are asked for before they are needed. */
const MOST_AHEAD = 8;

/**
 * Yields the whole split once in batches of `size`, the last one maybe smaller. Batches of a split that is read from a
 * file are asked for before they are needed.
 */
export async function* batches(
  split: Split,
  size: number,
  {random, from = 0, held = 0}: BatchesOptions = {},
): AsyncGenerator<Batch> {
  const order = random ? shuffledOrder(split, random) : first(split.count);
  const ahead = split.ahead === undefined ? 0 : Math.min(MOST_AHEAD, Math.max(1, Math.floor(split.ahead / size)));
  const [inUse, free]: [Float32Array[], Float32Array[]] = [[], []];
  const asked: Promise<Batch>[] = [];
  const ask = (indices: Uint32Array) => {
    const own = split.keptOf ? Uint32Array.from(indices, (n) => (split.keptOf?.places ?? indices)[n]) : indices;
    const batch = split.read(indices, free.pop()).then((images) => ({...images, indices, own}));
    batch.catch(() => undefined); // thrown when it is its turn
    asked.push(batch);
  };
  for (let start = from * size; ; ) {
    if (held > 0 && inUse.length === held) free.push(...inUse.splice(0, 1));
    for (; start < split.count && asked.length <= ahead; start += size) {
      ask(Uint32Array.from(order.subarray(start, start + size)));
    }
    const next = asked.shift();
    if (!next) return;
    const batch = await next;
    if (held > 0) inUse.push(batch.pixels);
    yield batch;
  }
}

/**
 * All images of the split in a random order. If images were left out of the split, the others keep the order that they
 * would have had.
 */
function shuffledOrder({count, keptOf}: Split, random: RandomSource): Uint32Array {
  if (!keptOf) return shuffled(count, random);
  const placeOf = new Map(Array.from(keptOf.places, (place, n) => [place, n]));
  return Uint32Array.from(Array.from(shuffled(keptOf.count, random)).flatMap((place) => placeOf.get(place) ?? []));
}
