/**
 * @file Stores the places of a split's images in the file from which they were taken, as the number of images that were
 * left out before each.
 */

type Gaps = Uint8Array | Uint16Array | Uint32Array;

/**
 * @param sources The places in the source, ascending.
 * @returns For each image, how many images of the source lie between it and the one before: mostly 0 or 1, with one
 * byte for each.
 */
export function gapsOf(sources: ArrayLike<number>): Gaps {
  const gaps = new Uint32Array(sources.length);
  let most = 0;
  for (let n = 0, next = 0; n < sources.length; n++) {
    if (sources[n] < next) throw new RangeError(`places in a source: expected them ascending, got ${sources[n]}`);
    gaps[n] = sources[n] - next;
    most = Math.max(most, gaps[n]);
    next = sources[n] + 1;
  }
  return most < 2 ** 8 ? Uint8Array.from(gaps) : most < 2 ** 16 ? Uint16Array.from(gaps) : gaps;
}

/** The places that `gapsOf` was given. */
export function sourcesOf(gaps: ArrayLike<number>): Uint32Array {
  const sources = new Uint32Array(gaps.length);
  for (let n = 0, next = 0; n < gaps.length; n++) {
    sources[n] = next + gaps[n];
    next = sources[n] + 1;
  }
  return sources;
}
