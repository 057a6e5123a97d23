import {UserError} from "../nouns/options";

/**
 * The index of a class given by name or index.
 *
 * @param flag Named in the error.
 * @throws UserError if there is no such class.
 */
export function classNamed(names: readonly string[], word: string, flag: string): number {
  const byName = names.indexOf(word);
  if (byName >= 0) return byName;
  const index = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (index < names.length) return index;
  throw new UserError(`${flag}: expected a class's name or its index below ${names.length}, got "${word}"`);
}

/** The most probable classes, the most probable first; classes of equal probability keep their order. */
export function mostProbable(probabilities: Float32Array, count: number): number[] {
  return Array.from(probabilities.keys())
    .sort((a, b) => probabilities[b] - probabilities[a])
    .slice(0, count);
}
