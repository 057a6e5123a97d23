import {argMaxRows} from "./scores";

/**
 * The images that were answered wrong, those with the highest probability of the answer first; equal ones keep their
 * order.
 *
 * @param probabilities `[n * classes + k]`.
 * @returns Places of all that are wrong.
 */
export function surestMistakes(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): Uint32Array {
  const predicted = argMaxRows(probabilities, classes);
  const sure = (n: number) => probabilities[n * classes + predicted[n]];
  const wrong = Array.from(predicted.keys()).filter((n) => predicted[n] !== labels[n]);
  return Uint32Array.from(wrong.sort((a, b) => sure(b) - sure(a) || a - b));
}

/**
 * The surest mistake of each confused pair (truth, answer) that does not occur among the first `taken` mistakes. The
 * pair with the most mistakes comes first; equal ones are ordered by truth and answer.
 *
 * @param mistakes  The surest first.
 * @param predicted The answer to each image.
 * @param taken     How many of the first are explained anyway.
 */
export function surestOfPairs(
  mistakes: Uint32Array,
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
  taken: number,
): Uint32Array {
  const pairOf = (n: number) => labels[n] * classes + predicted[n];
  const pairs = new Map<number, {readonly surest: number; readonly isTaken: boolean; count: number}>();
  mistakes.forEach((n, place) => {
    const pair = pairs.get(pairOf(n)) ?? {surest: n, isTaken: place < taken, count: 0};
    pair.count++;
    pairs.set(pairOf(n), pair);
  });
  const open = [...pairs].filter(([, {isTaken}]) => !isTaken);
  return Uint32Array.from(open.sort(([p, a], [q, b]) => b.count - a.count || p - q).map(([, {surest}]) => surest));
}
