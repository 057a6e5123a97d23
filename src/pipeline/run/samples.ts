import {UserError} from "../../nouns/options";

/**
 * The most samples. If there are more classes, this many are chosen evenly, because every picture has a row for each
 * sample.
 */
const MOST = 24;

/** Checks the value of `--samples`. @returns What was expected, if `word` is not valid. */
export function samplesNamed(word: string): string | undefined {
  const isList = /^\d+(,\d+)*$/.test(word) && word.split(",").length <= MOST;
  return word === "auto" || isList ? undefined : `auto, or up to ${MOST} places of test images with commas between`;
}

/**
 * The places of the test images that every look explains: the ones that the user asked for; otherwise the first test
 * image of each class, in the order of the classes. Of more than 24 classes, 24 are chosen evenly. A class without a
 * test image is skipped.
 *
 * @throws UserError if the test split has no image at a place asked for.
 */
export function samplePlaces(word: string, labels: ArrayLike<number>, classes: number): Uint32Array {
  if (word !== "auto") {
    const places = Uint32Array.from(word.split(","), Number);
    const outside = places.find((place) => !(place < labels.length));
    if (outside !== undefined) {
      throw new UserError(`--samples: expected places of test images below ${labels.length}, got ${outside}`);
    }
    return places;
  }
  const firsts = new Map<number, number>();
  for (let n = 0; n < labels.length; n++) if (!firsts.has(labels[n])) firsts.set(labels[n], n);
  const present = Array.from({length: classes}, (_, k) => firsts.get(k)).filter((place) => place !== undefined);
  if (present.length <= MOST) return Uint32Array.from(present);
  return Uint32Array.from({length: MOST}, (_, i) => present[Math.round((i * (present.length - 1)) / (MOST - 1))]);
}
