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
  masks.forEach((kept, i) => {
    counts[Math.floor(i / segments)] += kept;
  });
  return counts;
}
