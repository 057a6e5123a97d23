const MOST_IMAGES = 12;

/** An image of `--track`: its split, and its place there. */
export const NAMED = /^(?:(train|validation|test):)?(\d+)$/;

/** What `--track` may say. @returns What was expected, if `word` is not it. */
export function trackNamed(word: string): string | undefined {
  const names = word.split(",");
  const isList = word === "" || (names.length <= MOST_IMAGES && names.every((name) => NAMED.test(name)));
  return isList ? undefined : `up to ${MOST_IMAGES} images with commas between, such as 3,8,test:2000`;
}
