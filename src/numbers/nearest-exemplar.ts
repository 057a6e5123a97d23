/** Images as bytes, one after another. */
export interface ByteImages {
  readonly count: number;
  readonly pixels: Uint8Array;
  /** The class of each. */
  readonly labels: ArrayLike<number>;
}

/** How many numbers are added up before it checks again whether an image can still be the nearest. */
const PART = 32;

/**
 * The nearest exemplar by pixels (Cover & Hart 1967, "Nearest neighbor pattern classification"): the class of the known
 * image with the smallest sum of squared differences. The search is exact; of equal ones, the first is taken. It learns
 * nothing, so a network must do better than this.
 *
 * Pixels that differ most from image to image are compared first, and a known image is given up as soon as it is
 * farther than the nearest so far. This gives the same answers as adding up all differences, in a small part of the
 * time.
 *
 * @param limits Numbers in rising order: how many of the known images, from the first on, may be looked at.
 * @returns For each limit, the place of the nearest image, for each image that was asked about.
 */
export function nearestExemplars(known: ByteImages, asked: ByteImages, limits: readonly number[]): Uint32Array[] {
  const size = known.pixels.length / known.count;
  const order = byVariance(known, size);
  const [here, there] = [rearranged(known, order), rearranged(asked, order)];
  const nearest = limits.map(() => new Uint32Array(asked.count));
  for (let n = 0; n < asked.count; n++) {
    const question = there.subarray(n * size, (n + 1) * size);
    let [best, least, from] = [0, Number.POSITIVE_INFINITY, 0];
    for (const [k, limit] of limits.entries()) {
      for (let i = from; i < limit; i++) {
        const distance = distanceWithin(question, here, i * size, size, least);
        if (distance < least) [best, least] = [i, distance];
      }
      from = limit;
      nearest[k][n] = best;
    }
  }
  return nearest;
}

/** The sum of squared differences; once it has reached `most`, it may be any number that is not below `most`. */
function distanceWithin(question: Uint8Array, known: Uint8Array, from: number, size: number, most: number): number {
  let sum = 0;
  for (let start = 0; start < size; start += PART) {
    const end = Math.min(size, start + PART);
    for (let p = start; p < end; p++) {
      const difference = question[p] - known[from + p];
      sum += difference * difference;
    }
    if (sum >= most) break;
  }
  return sum;
}

/** The places of the pixels; those that differ most from image to image come first. */
function byVariance({count, pixels}: ByteImages, size: number): Uint32Array {
  const [sums, squares] = [new Float64Array(size), new Float64Array(size)];
  for (let at = 0; at < count * size; at++) {
    sums[at % size] += pixels[at];
    squares[at % size] += pixels[at] ** 2;
  }
  const variance = sums.map((sum, p) => squares[p] - sum ** 2 / count);
  return Uint32Array.from(variance.keys()).sort((a, b) => variance[b] - variance[a] || a - b);
}

function rearranged({count, pixels}: ByteImages, order: Uint32Array): Uint8Array {
  const size = order.length;
  const out = new Uint8Array(pixels.length);
  for (let n = 0; n < count; n++) for (let p = 0; p < size; p++) out[n * size + p] = pixels[n * size + order[p]];
  return out;
}
