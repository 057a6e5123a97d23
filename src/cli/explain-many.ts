import {UserError} from "../nouns/options";

/** The form of a word that names many test images. */
export const MANY = /^test:(?:all|(\d+)-(\d+))$/;
const MANY_ELSEWHERE = /^(?:train|validation):(?:all|\d+-\d+)$/;

/**
 * Whether the words name many of a run's test images: `test:all`, `test:0-99`.
 *
 * @throws UserError if other images stand beside them, or they are not test images.
 */
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
