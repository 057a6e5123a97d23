import type {ImageShape, Split} from "../nouns/samples";
import {byteSplit, first, subset} from "../pipeline/data/split";

/** The material of a page: its pictures and their classes. */
export interface Lesson {
  /** "mnist", or a folder's name. */
  readonly name: string;
  /** The words for its pictures, such as "digit" and "digits". */
  readonly words: {readonly one: string; readonly many: string};
  readonly shape: ImageShape;
  readonly classNames: readonly string[];
  /** Whether its pictures are light ink on black, like MNIST's; then ink is shown in the page's own colour. */
  readonly isInk: boolean;
  /** How many pictures there are to learn from, and how many to test, from which the network never learns. */
  readonly train: number;
  readonly test: number;
  readonly batchSize: number;
  /** How many epochs the page trains, unless the visitor chooses another number. */
  readonly epochs: number;
  /** The test picture that is the current one when the page opens. */
  readonly opensWith: number;
}

/** A lesson with its pictures: first those to learn from, then those to test. */
export interface Material {
  readonly lesson: Lesson;
  /** Row-major NHWC, 0 to 255. */
  readonly pixels: Uint8Array;
  /** The class of each picture. */
  readonly labels: Uint8Array;
}

export const sizeOf = ({shape}: Lesson): number => shape[0] * shape[1] * shape[2];

/**
 * Reads a lesson's pictures from their bytes: all pixels, then all labels. @throws RangeError if the number of bytes is
 * wrong.
 */
export function materialOf(lesson: Lesson, bytes: Uint8Array): Material {
  const count = lesson.train + lesson.test;
  const expected = count * (sizeOf(lesson) + 1);
  if (bytes.length !== expected) throw new RangeError(`pictures: expected ${expected} bytes, got ${bytes.length}`);
  const pixels = count * sizeOf(lesson);
  return {lesson, pixels: bytes.subarray(0, pixels), labels: bytes.subarray(pixels)};
}

/** The pixels of one test picture, 0 to 255. */
export function testPixels({lesson, pixels}: Material, n: number): Uint8Array {
  const size = sizeOf(lesson);
  return pixels.subarray((lesson.train + n) * size, (lesson.train + n + 1) * size);
}

export const testLabels = ({lesson, labels}: Material): Uint8Array => labels.subarray(lesson.train);

export function splitsOf({lesson, pixels, labels}: Material): {readonly train: Split; readonly test: Split} {
  const {train, test, shape} = lesson;
  const all = byteSplit({shape: [train + test], values: pixels}, labels, shape);
  return {
    train: subset(all, first(train)),
    test: subset(
      all,
      first(test).map((n) => n + train),
    ),
  };
}
