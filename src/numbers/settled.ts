/**
 * The first place from which on something holds to the end: when it settled. @returns The length if it does not hold at
 * the end.
 */
export function settledFrom<T>(values: readonly T[], holds: (value: T) => boolean): number {
  let from = values.length;
  while (from > 0 && holds(values[from - 1])) from--;
  return from;
}
