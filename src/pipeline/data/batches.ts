import {type RandomSource, shuffled} from "../random";
import type {LabelledImages, Split} from "../types";
import {first} from "./split";

/** Yields the whole split once in batches of `size`, the last one maybe smaller; shuffled if `random` is given. */
export async function* batches(split: Split, size: number, random?: RandomSource): AsyncGenerator<LabelledImages> {
  const order = random ? shuffled(split.count, random) : first(split.count);
  for (let start = 0; start < split.count; start += size) {
    yield await split.read(order.subarray(start, start + size));
  }
}
