/** Milliseconds in which a point goes two thirds of its way, whatever the pace of the maps. */
const GLIDE = 130;
/** The longest gap that counts: after a pause nothing jumps. */
const LONGEST = 50;

/** The share of its way that a point goes in a frame. @param gap Milliseconds since the last frame. */
export const shareOf = (gap: number): number => 1 - Math.exp(-Math.min(LONGEST, gap) / GLIDE);

/** Moves all values towards their targets, in place. @returns How far the one went that went farthest. */
export function glide(values: Float32Array, targets: Float32Array, share: number): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const step = (targets[i] - values[i]) * share;
    values[i] += step;
    most = Math.max(most, Math.abs(step));
  }
  return most;
}
