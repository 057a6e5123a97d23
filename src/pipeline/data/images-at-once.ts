import type {ImageShape} from "../../nouns/samples";

/** The most bytes of numbers that are read at once; a thousand coloured pictures of 64 x 64 take 49 MB. */
const MOST_BYTES = 2 ** 26;

/**
 * How many images of a shape are read at a time: `most`, or fewer if they are large, so that they take 64 MiB or less.
 */
export function imagesAtOnce([height, width, channels]: ImageShape, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(MOST_BYTES / (4 * height * width * channels))));
}
