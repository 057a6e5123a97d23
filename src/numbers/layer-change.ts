/** @file Computes how far a layer's weights have moved, and which of its units do nothing. */

/** ‖after − before‖ / ‖before‖; NaN if `before` contains only zeros. */
export function relativeChange(before: ArrayLike<number>, after: ArrayLike<number>): number {
  let [moved, length] = [0, 0];
  for (let i = 0; i < before.length; i++) {
    moved += (after[i] - before[i]) ** 2;
    length += before[i] ** 2;
  }
  return length > 0 ? Math.sqrt(moved / length) : Number.NaN;
}

/** 1 − cos of the angle between two states of a layer, 0 to 2 (Carbonnelle and De Vleeschouwer 2019). */
export function rotation(before: ArrayLike<number>, after: ArrayLike<number>): number {
  let [inner, first, second] = [0, 0, 0];
  for (let i = 0; i < before.length; i++) {
    inner += before[i] * after[i];
    first += before[i] ** 2;
    second += after[i] ** 2;
  }
  return 1 - inner / Math.sqrt(first * second);
}

/** Keeps the quotient finite if all units are silent, as the authors' code does. */
const TINY = 1e-9;
/** A unit counts as dormant below this share of the layer's mean; the paper's figures use the same. */
export const DORMANT = 0.025;

/**
 * Each unit's activity compared with its layer's mean (Sokar et al. 2023, "The Dormant Neuron Phenomenon"): the mean
 * |output| over examples and places, divided by the mean of these over the layer. A unit with a score of at most τ is
 * τ-dormant.
 *
 * @param activity Mean |output| of each unit.
 */
export function dormancy(activity: ArrayLike<number>): Float64Array {
  let sum = 0;
  for (let unit = 0; unit < activity.length; unit++) sum += activity[unit];
  const mean = sum / activity.length;
  return Float64Array.from(activity, (one) => one / (mean + TINY));
}
