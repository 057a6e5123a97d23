import type {RandomSource} from "../../random";
import type {LimeSettings} from "./settings";

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
  {keep, sampling, wholeFirst}: Pick<LimeSettings, "keep" | "sampling" | "wholeFirst">,
  first = 0,
): Uint8Array {
  const masks = new Uint8Array(count * segments);
  const draws = new Float64Array(segments);
  for (let n = 0; n < count; n++) {
    const mask = masks.subarray(n * segments, (n + 1) * segments);
    if (first + n === 0 && wholeFirst) {
      mask.fill(1);
      continue;
    }
    const partner = sampling === "antithetic" && n > 0 && (first + n - (wholeFirst ? 1 : 0)) % 2 === 1;
    for (let j = 0; j < segments; j++) {
      draws[j] = partner ? 1 - draws[j] : random();
      mask[j] = draws[j] < keep ? 1 : 0;
    }
  }
  return masks;
}

/** How many segments each mask keeps. */
export function keptCounts(masks: Uint8Array, segments: number): Uint32Array {
  const counts = new Uint32Array(masks.length / segments);
  for (let n = 0, i = 0; n < counts.length; n++) for (let j = 0; j < segments; j++) counts[n] += masks[i++];
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
  const places = Array.from(live.keys()).filter((j) => live[j]);
  const known = new Map<string, number>();
  const likes = new Uint32Array(masks.length / segments);
  const firsts: number[] = [];
  const key = Buffer.alloc(places.length);
  for (let n = 0; n < likes.length; n++) {
    places.forEach((j, i) => {
      key[i] = masks[n * segments + j];
    });
    const word = key.toString("latin1");
    const like = known.get(word) ?? firsts.length;
    if (like === firsts.length) {
      known.set(word, like);
      firsts.push(n);
    }
    likes[n] = like;
  }
  const distinct = new Uint8Array(firsts.length * segments);
  firsts.forEach((n, i) => {
    distinct.set(masks.subarray(n * segments, (n + 1) * segments), i * segments);
  });
  return {distinct, likes};
}
