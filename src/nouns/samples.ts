/** @file Images and texts as plain numbers, and the data sets that images come from. */

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
  /** Where each stands in its split; absent where they come from none. */
  readonly indices?: Uint32Array;
  /** What decides the draws of a training step on them; absent where the step and their places in the batch do. */
  readonly draws?: Draws;
}

/**
 * What decides what is drawn by chance for each image of a batch, such as its dropout masks: the round (an epoch) and the
 * image's own number, whatever else is in the batch. So leaving some images out changes no draw of the others.
 */
export interface Draws {
  readonly round: number;
  /** Where each image stood before any were left out. */
  readonly own: Uint32Array;
}

export interface Split {
  readonly count: number;
  /** The file of each image, as a path from `Dataset.folder` with "/" between; absent where the images are no files. */
  readonly files?: readonly string[];
  /** Where each image stands in the file or folder that the split was taken from; absent where that is its own place. */
  readonly sources?: Uint32Array;
  /**
   * What some images were left out of: how many there were, and where those that are left stood. Training draws its order
   * among all of them, so that leaving some out does not move the others.
   */
  readonly keptOf?: {readonly count: number; readonly places: Uint32Array};
  /**
   * Reads the images at `indices`, in that order. The only way to pixels: an idx file in memory and a folder of
   * PNGs on disk look the same from here.
   *
   * @param into Where the pixels go, if it is as large as they are. Else they get an array of their own.
   * @throws RangeError if an index is not below `count`.
   */
  read(indices: ArrayLike<number>, into?: Float32Array): Promise<LabelledImages>;
  /**
   * One image's pixels in 255ths, laid out as `read` gives them, and its label: a view, for reading. Absent where the images are
   * not kept as bytes.
   */
  bytesOf?(index: number): {readonly bytes: Uint8Array; readonly label: number};
}

export interface Dataset {
  readonly name: string;
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  readonly train: Split;
  /** Held out of the training images; chooses the best epoch. The test split chooses nothing. */
  readonly validation: Split;
  readonly test: Split;
  /** The parts that the source does not have by itself: they were taken out of the images to train on. */
  readonly takenOut?: {readonly validation: boolean; readonly test: boolean};
  /** SHA-256 of the source bytes: two runs can be known to have seen the same data. */
  readonly digest: string;
  /** What was dropped and relabelled, where a list of decisions was given. */
  readonly edits?: {readonly dropped: number; readonly relabelled: number};
  /** The folder that the splits' `files` are told from, as a whole path; absent where the images are no files. */
  readonly folder?: string;
}

/** A batch's draws: its own, or those of its step and of the images' places in it. */
export function drawsOf({draws, count}: LabelledImages, step: number): Draws {
  return draws ?? {round: step, own: Uint32Array.from({length: count}, (_, n) => n)};
}
