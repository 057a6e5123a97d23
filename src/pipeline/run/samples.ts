import {UserError} from "../../nouns/options";

/** Where there are more classes than this, so many are chosen evenly: every picture of the samples has a row for each. */
const MOST = 24;

/** What `--samples` may say. @returns What was expected, if `word` is not it. */
export function samplesNamed(word: string): string | undefined {
  const isList = /^\d+(,\d+)*$/.test(word) && word.split(",").length <= MOST;
  return word === "auto" || isList ? undefined : `auto, or up to ${MOST} places of test images with commas between`;
}

/**
 * The places of the test images that every look explains: those asked for, or the first of each class, in the order of the
 * classes; of more than 24 classes an even choice. A class without a test image has none.
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
