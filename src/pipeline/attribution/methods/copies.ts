import type {Images} from "../../../nouns/samples";

/** How many copies of an image the network is asked about at a time. This limits memory, and changes no result. */
export const COPIES_AT_ONCE = 16;

/**
 * Makes `count` copies of one image. @param change Gives each copy's pixel, from its value, its place and the copy's
 * number.
 */
export function copies(
  {shape, pixels}: Images,
  count: number,
  change?: (value: number, place: number, copy: number) => number,
): Images {
  const all = new Float32Array(count * pixels.length);
  for (let n = 0; n < count; n++) {
    const start = n * pixels.length;
    if (!change) all.set(pixels, start);
    else for (let i = 0; i < pixels.length; i++) all[start + i] = change(pixels[i], i, n);
  }
  return {count, shape, pixels: all};
}

/**
 * Does something with `total` copies, a few at a time.
 *
 * @param act Receives the number of the first copy, and how many there are.
 */
export async function inParts(total: number, act: (first: number, count: number) => Promise<void>): Promise<void> {
  for (let first = 0; first < total; first += COPIES_AT_ONCE) {
    await act(first, Math.min(COPIES_AT_ONCE, total - first));
  }
}
