import type {RandomSource} from "./classifier";

/** How masks are drawn. */
export interface MaskSettings {
  /** Probability that a mask keeps a segment. */
  readonly keep: number;
  /**
   * Antithetic: every second mask from the complements of the draws of the one before. On trained digits the weights'
   * variance is a third of independent (Bernoulli) masks', at the same cost.
   */
  readonly sampling: "bernoulli" | "antithetic";
  /** Makes the first mask keep everything: the image itself. */
  readonly wholeFirst: boolean;
}

/**
 * Draws masks: `masks[sample * segments + segment]`, 1 kept and 0 hidden, each kept with probability `keep`
 * independently. Called again with the same source it goes on where it stopped.
 *
 * Antithetic pairs u, 1 − u (Hammersley & Morton 1956): what one mask keeps its partner tends to hide, so a linear
 * response's errors cancel within the pair.
 *
 * @param first Index of the first mask drawn: only mask 0 can be the whole image.
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
    // 1 for a draw below `keep`, else 0; a branch on chance would be mispredicted every other time
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
 * The masks that make different images: those that differ in a live segment. On a digit, most of whose segments are
 * flat, half of the masks and more make an image that another makes too, and need not be asked about.
 *
 * @param live 1 for a segment that hiding changes.
 * @returns The first of each kind, and for every mask which of them is its like.
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

/** Divides each kind of masks by whether they keep `segment`. Kinds are numbered as they come. @returns How many. */
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
