/**
 * Differences up to this share of the largest value come from the rounding of a network in single precision and are not
 * an effect.
 */
const ROUNDING = 1e-6;

/**
 * Whether an answer never changes: all values that count are equal up to rounding. Anything that is then fitted to them
 * or compared with them is noise, and no figure can say how good it is.
 *
 * @param counts The weight of each value; a value of weight 0 is ignored. By default all count.
 */
export function unchanging(values: ArrayLike<number>, counts?: ArrayLike<number>): boolean {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (counts && !(counts[i] > 0)) continue;
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return !(high - low > ROUNDING * Math.max(Math.abs(low), Math.abs(high)));
}
