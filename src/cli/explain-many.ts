import {UserError} from "../nouns/options";

/** Many test images in one word. */
export const MANY = /^test:(?:all|(\d+)-(\d+))$/;
const MANY_ELSEWHERE = /^(?:train|validation):(?:all|\d+-\d+)$/;

/** Whether the images are many of a run's: `test:all`, `test:0-99`. @throws UserError if others stand beside, or they are no test images. */
export function isMany(words: readonly string[]): boolean {
  const elsewhere = words.find((word) => MANY_ELSEWHERE.test(word));
  if (elsewhere)
    throw new UserError(`${elsewhere}: expected many test images (test:all, test:0-99), got ${elsewhere}`, {
      code: "BAD_OPTION",
    });
  if (!words.some((word) => MANY.test(word))) return false;
  if (words.length === 1) return true;
  throw new UserError(`explain: expected test:all or one range alone, got ${words.join(" ")}`, {code: "BAD_OPTION"});
}
