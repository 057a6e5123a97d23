import type {Dataset, Split} from "../../nouns/samples";
import type {ByteImages} from "../../numbers/nearest-exemplar";
import {first, pooled, subset} from "../data/split";

/** All training images in the order of their file, including those held out for validation. */
export function wholeTrainingSet({train, validation, takenOut}: Dataset): Split {
  const parts = takenOut?.validation === false ? [train] : [train, validation];
  const all = pooled(parts);
  const sources = parts.flatMap((part) => Array.from(part.sources ?? first(part.count)));
  const order = first(all.count).sort((a, b) => sources[a] - sources[b]);
  return {...subset(all, order), sources: Uint32Array.from(order, (n) => sources[n])};
}

/** How many images are read at a time. */
const AT_ONCE = 1000;

/** The first images of a split as bytes. */
export async function bytesOf(split: Split, most: number): Promise<ByteImages> {
  const count = Math.min(most, split.count);
  const labels = new Uint16Array(count);
  let pixels: Uint8Array | undefined;
  for (let from = 0; from < count; from += AT_ONCE) {
    const places = first(Math.min(AT_ONCE, count - from)).map((n) => from + n);
    const read = await split.read(places);
    pixels ??= new Uint8Array((read.pixels.length / read.count) * count);
    pixels.set(
      read.pixels.map((v) => Math.round(255 * v)),
      (read.pixels.length / read.count) * from,
    );
    labels.set(read.labels, from);
  }
  return {count, pixels: pixels ?? new Uint8Array(0), labels};
}
