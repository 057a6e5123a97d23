/**
 * @file Stores a loss as one byte. Steps are even in log(loss + 0.001), so a loss is exact to 2.5 %, or to 0.00003 nats
 * near 0; the probability that follows from it is exact to at least 0.9 points. The figures in `samples.csv` are not
 * rounded in this way.
 */

/** In nats. Above it, steps are in proportion to the loss; below it, they have about the same size. */
const SMALL = 1e-3;
/** The greatest loss: a larger one is shown as this, which means a probability of 2e-9 for the label. */
const LARGEST = 20;
const SPAN = Math.log(1 + LARGEST / SMALL);

/** @param loss In nats, 0 or more. */
export function packedLoss(loss: number): number {
  return Math.min(255, Math.round((255 * Math.log(1 + loss / SMALL)) / SPAN));
}

/** @param stored The byte that `packedLoss` returned. */
export function unpackedLoss(stored: number): number {
  return SMALL * (Math.exp((stored * SPAN) / 255) - 1);
}
