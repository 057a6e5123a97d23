/**
 * The first place from which on something is true to the end, which is when it settled. @returns The length if it is
 * not true at the end.
 */
export function settledFrom<T>(values: readonly T[], holds: (value: T) => boolean): number {
  let from = values.length;
  while (from > 0 && holds(values[from - 1])) from--;
  return from;
}
