/** @file The types of images and texts as plain numbers, and of the data sets that images come from. */

/** Height, width and channels of one image, in pixels. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/**
 * Images as plain numbers, row-major NHWC: channel c of pixel (y, x) of image n is
 * `pixels[((n * height + y) * width + x) * channels + c]`, an intensity in [0, 1] where 0 is background.
 */
export interface Images {
  readonly count: number;
  readonly shape: ImageShape;
  readonly pixels: Float32Array;
}

/** Texts as plain numbers: the tokens of each, row after row, all rows filled up with padding to the longest. */
export interface Tokens {
  readonly count: number;
  /** Tokens in a row. */
  readonly length: number;
  /** Each token's place in the vocabulary: `ids[n * length + t]`. */
  readonly ids: Int32Array;
  /** The part that each token belongs to: 0 the question, 1 the text that is asked about. Laid out as `ids`. */
  readonly types: Int32Array;
  /** 1 where there is text, 0 where there is padding. Laid out as `ids`. */
  readonly mask: Float32Array;
}

/** Images, and the class each one shows: `labels[n]` indexes `Dataset.classNames`. */
export interface LabelledImages extends Images {
  readonly labels: Uint16Array;
  /** The place of each image in its split; absent if the images come from no split. */
  readonly indices?: Uint32Array;
  /**
   * The numbers that seed the draws of a training step on these images; absent if the step and their places in the
   * batch seed them.
   */
  readonly draws?: Draws;
}

/**
 * The numbers that seed every chance draw for an image of a batch, such as its dropout masks: the round (an epoch) and
 * the image's own number. The other images of the batch do not matter, so leaving some out changes no draw of the
 * others.
 */
export interface Draws {
  readonly round: number;
  /** The place of each image before any were left out. */
  readonly own: Uint32Array;
}

export interface Split {
  readonly count: number;
  /** The file of each image, as a path from `Dataset.folder` with "/" between; absent if the images are not files. */
  readonly files?: readonly string[];
  /**
   * The place of each image in the file or folder that the split was taken from; absent if it is the same as in the
   * split.
   */
  readonly sources?: Uint32Array;
  /**
   * Present if images were left out: how many there were before, and the places of those that remain. Training draws
   * its order among all of them, so that leaving some out does not move the others.
   */
  readonly keptOf?: {readonly count: number; readonly places: Uint32Array};
  /**
   * Reads the images at `indices`, in that order. This is the only way to pixels: an idx file in memory and a folder of
   * PNGs on disk look the same from here.
   *
   * @param into A buffer for the pixels; it is used only if it has just their length. Otherwise the pixels get a new
   * array.
   * @throws RangeError if an index is not below `count`.
   */
  read(indices: ArrayLike<number>, into?: Float32Array): Promise<LabelledImages>;
  /** One image's label, at once. Absent if it takes a read to know it. */
  labelOf?(index: number): number;
  /**
   * The pixels of the images at `indices` as bytes from 0 to 255, in the layout of `read`. Absent if the images are
   * not kept as bytes.
   *
   * @param into A buffer for them; it is used only if it has just their length. Otherwise they get a new array.
   */
  readBytes?(indices: ArrayLike<number>, into?: Uint8Array): Promise<Uint8Array>;
  /**
   * How many images to ask for before they are needed, as they are read from a file; absent if they are in memory,
   * where reading takes no time.
   */
  readonly ahead?: number;
}

export interface Dataset {
  readonly name: string;
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  readonly train: Split;
  /** Held out of the training images; it chooses the best epoch. The test split chooses nothing. */
  readonly validation: Split;
  readonly test: Split;
  /**
   * More test images, which count only in the loss and the accuracy: those of a very large set that a page cannot show.
   * Absent if `test` has all.
   */
  readonly moreTest?: Split;
  /** The splits that the source does not have by itself: this program took them out of the training images. */
  readonly takenOut?: {readonly validation: boolean; readonly test: boolean};
  /** SHA-256 of the source bytes: it shows whether two runs have seen the same data. */
  readonly digest: string;
  /** How many images were dropped and relabelled; present if the user gave a list of decisions. */
  readonly edits?: {readonly dropped: number; readonly relabelled: number};
  /** The absolute path of the folder in which the splits' `files` lie; absent if the images are not files. */
  readonly folder?: string;
}

/** A batch's own draws; if it has none, the step and the images' places in the batch seed them. */
export function drawsOf({draws, count}: LabelledImages, step: number): Draws {
  return draws ?? {round: step, own: Uint32Array.from({length: count}, (_, n) => n)};
}
