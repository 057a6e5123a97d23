/**
 * @file A loss as one byte. Steps are even in log(loss + 0.001): a loss is kept to 2.5 %, or to 0.00003 nats near 0, and the
 * probability that it stands for to 0.9 points at worst. The figures of `samples.csv` are not rounded so.
 */

/** In nats: where steps begin to be as wide as the loss itself tells. */
const SMALL = 1e-3;
/** A larger loss is shown as this: a probability of the label of 2e-9. */
const LARGEST = 20;
const SPAN = Math.log(1 + LARGEST / SMALL);

/** @param loss In nats, 0 or more. */
export function packedLoss(loss: number): number {
  return Math.min(255, Math.round((255 * Math.log(1 + loss / SMALL)) / SPAN));
}

/** @param stored As `packedLoss` gave it. */
export function unpackedLoss(stored: number): number {
  return SMALL * (Math.exp((stored * SPAN) / 255) - 1);
}
