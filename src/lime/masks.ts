import type {RandomSource} from "./classifier";

/** The settings by which masks are drawn. */
export interface MaskSettings {
  /** The probability that a mask keeps a segment. */
  readonly keep: number;
  /**
   * Antithetic: every second mask uses the complements of the draws of the mask before it. On trained digits, the
   * variance of the weights is then a third of that with independent (Bernoulli) masks, at the same cost.
   */
  readonly sampling: "bernoulli" | "antithetic";
  /** Makes the first mask keep all segments, so that it shows the image itself. */
  readonly wholeFirst: boolean;
}

/**
 * Draws masks: `masks[sample * segments + segment]` is 1 if the segment is kept and 0 if it is hidden. Each is kept
 * with probability `keep`, independently. Another call with the same source of chance continues its stream.
 *
 * Antithetic pairs u, 1 − u (Hammersley & Morton 1956): a mask tends to hide what its partner keeps, so the errors of a
 * linear response cancel within the pair.
 *
 * @param first The index of the first mask drawn: only mask 0 can be the whole image.
 */
export function drawMasks(
  random: RandomSource,
  count: number,
  segments: number,
  {keep, sampling, wholeFirst}: MaskSettings,
  first = 0,
): Uint8Array {
  const masks = new Uint8Array(count * segments);
  const draws = new Float64Array(segments);
  for (let n = 0; n < count; n++) {
    if (first + n === 0 && wholeFirst) {
      masks.fill(1, 0, segments);
      continue;
    }
    const partner = sampling === "antithetic" && n > 0 && (first + n - (wholeFirst ? 1 : 0)) % 2 === 1;
    if (partner) for (let j = 0; j < segments; j++) draws[j] = 1 - draws[j];
    else for (let j = 0; j < segments; j++) draws[j] = random();
    // 1 for a draw below `keep`, else 0; a processor would mispredict a branch here every other time
    for (let j = 0; j < segments; j++) masks[n * segments + j] = Math.ceil(keep - draws[j]);
  }
  return masks;
}

/** How many segments each mask keeps. */
export function keptCounts(masks: Uint8Array, segments: number): Uint32Array {
  const counts = new Uint32Array(masks.length / segments);
  for (let n = 0, i = 0; n < counts.length; n++) {
    let kept = 0;
    for (let j = 0; j < segments; j++) kept += masks[i++];
    counts[n] = kept;
  }
  return counts;
}

/**
 * Finds the masks that make different images: those that differ in a live segment. On a digit most segments are flat,
 * so half of the masks or more make an image that another mask makes too, and the classifier need not be asked again.
 *
 * @param live 1 for a segment that hiding changes.
 * @returns The first mask of each kind, and for every mask the index of its kind.
 */
export function distinctMasks(masks: Uint8Array, segments: number, live: Uint8Array) {
  const likes = new Uint32Array(masks.length / segments);
  let kinds = Math.min(1, likes.length);
  for (let j = 0; j < segments; j++) if (live[j]) kinds = tellApart(likes, kinds, masks, segments, j);
  const distinct = new Uint8Array(kinds * segments);
  for (let n = 0, found = 0; found < kinds; n++) {
    if (likes[n] !== found) continue;
    for (let j = 0; j < segments; j++) distinct[found * segments + j] = masks[n * segments + j];
    found++;
  }
  return {distinct, likes};
}

/**
 * Divides each kind of masks in two by whether they keep `segment`. Kinds are numbered in the order of their first
 * masks.
 *
 * @returns How many kinds there are.
 */
function tellApart(likes: Uint32Array, kinds: number, masks: Uint8Array, segments: number, segment: number): number {
  const numbers = new Int32Array(2 * kinds).fill(-1);
  let next = 0;
  for (let n = 0; n < likes.length; n++) {
    const part = 2 * likes[n] + masks[n * segments + segment];
    if (numbers[part] < 0) numbers[part] = next++;
    likes[n] = numbers[part];
  }
  return next;
}
