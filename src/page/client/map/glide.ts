/** The time in milliseconds in which a point goes two thirds of its way, however fast new maps come. */
const GLIDE = 130;
/** The longest gap between frames that counts, so that no point jumps after a pause. */
const LONGEST = 50;

/** The share of its way that a point goes in a frame. @param gap Milliseconds since the last frame. */
export const shareOf = (gap: number): number => 1 - Math.exp(-Math.min(LONGEST, gap) / GLIDE);

/** Moves all values towards their targets, in place. @returns The greatest distance that a value has moved. */
export function glide(values: Float32Array, targets: Float32Array, share: number): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const step = (targets[i] - values[i]) * share;
    values[i] += step;
    most = Math.max(most, Math.abs(step));
  }
  return most;
}
