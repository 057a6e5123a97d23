/** @file Reads the values of `--null-threshold`. */

/** Check of `--null-threshold`. */
export function thresholdNamed(word: string): string | undefined {
  const isNumber = word.trim() !== "" && Number.isFinite(Number(word));
  return word === "auto" || word === "none" || isNumber ? undefined : "a number, auto or none";
}

/** The threshold for a value. @param auto The threshold for "auto". @returns Undefined if a span is always named. */
export function thresholdOf(word: string, auto: number | undefined): number | undefined {
  return word === "auto" ? auto : word === "none" ? undefined : Number(word);
}
