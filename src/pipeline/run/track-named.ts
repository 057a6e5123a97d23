const MOST_IMAGES = 12;

/** The images that `--track` names; a bare number means a training image. */
export const trackedNames = (word: string): string[] =>
  word.split(",").map((name) => (/^\d+$/.test(name.trim()) ? `train:${name.trim()}` : name.trim()));

/**
 * Checks the value of `--track`. Whether the data have such images is checked when they are read.
 *
 * @returns What was expected, if `word` is not valid.
 */
export function trackNamed(word: string): string | undefined {
  const names = trackedNames(word);
  const isList = word === "" || (names.length <= MOST_IMAGES && names.every((name) => name !== ""));
  return isList ? undefined : `up to ${MOST_IMAGES} images with commas between, such as 3,8,test:2000`;
}
