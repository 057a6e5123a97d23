import {argMaxRows} from "./scores";

/**
 * The images answered wrong with the highest probability of the answer, surest first, equals in the order they stand.
 *
 * @param probabilities `[n * classes + k]`.
 * @param count         At most so many.
 * @returns Places of the images; fewer than `count` where fewer are wrong.
 */
export function surestMistakes(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  count: number,
): Uint32Array {
  const predicted = argMaxRows(probabilities, classes);
  const sure = (n: number) => probabilities[n * classes + predicted[n]];
  const wrong = Array.from(predicted.keys()).filter((n) => predicted[n] !== labels[n]);
  return Uint32Array.from(wrong.sort((a, b) => sure(b) - sure(a) || a - b).slice(0, count));
}
