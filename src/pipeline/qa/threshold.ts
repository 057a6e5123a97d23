/** @file The words of `--null-threshold`. */

/** Check of `--null-threshold`. */
export function thresholdNamed(word: string): string | undefined {
  const isNumber = word.trim() !== "" && Number.isFinite(Number(word));
  return word === "auto" || word === "none" || isNumber ? undefined : "a number, auto or none";
}

/** The threshold that is meant. @param auto What "auto" is here. @returns Undefined: a span is always named. */
export function thresholdOf(word: string, auto: number | undefined): number | undefined {
  return word === "auto" ? auto : word === "none" ? undefined : Number(word);
}
