import type {PowerLaw} from "../../numbers/power-law";

/**
 * @file The results of a sweep over sizes: how the error falls with images, width and depth, and which errors are left.
 * Errors are shares in [0, 1].
 */

/** The errors of networks of one size, one for each seed. */
export interface SizePoint {
  /** The flag's value; for train-limit, how many images were learnt from, without those held out for validation. */
  readonly x: number;
  readonly errors: readonly number[];
  readonly mean: number;
  /** The sample standard deviation over the seeds; null for a single seed. */
  readonly deviation: number | null;
  /** How many weights the network has. */
  readonly weights: number;
}

/** How the error changes with one flag, with a line for each combination of the others. */
export interface SizeCurve {
  readonly flag: string;
  /** The words for the quantity that `x` counts. */
  readonly label: string;
  readonly series: readonly {
    /** The values of the other flags: "mlp.width 64", or "" if no other flag varies. */
    readonly name: string;
    readonly points: readonly SizePoint[];
    /** Only for train-limit; absent if there are too few sizes, or if the error does not fall. */
    readonly law?: PowerLaw;
  }[];
}

/** The nearest exemplar by pixels, which is like a network that learns nothing. */
export interface Baseline {
  readonly points: readonly {readonly x: number; readonly error: number}[];
}

/** One way to choose images that are then learnt one at a time: after `learned` of them, the error on the test images. */
export interface LearnedOne {
  readonly seed: number;
  readonly mistakes: readonly {readonly learned: number; readonly error: number}[];
  /** The same number of images, drawn at random from the same part, whether they are right or wrong. */
  readonly byChance: readonly {readonly learned: number; readonly error: number}[];
  /** How many images the network was asked about, and how many of them were wrong at that moment. */
  readonly asked: number;
}

/** The results of learning each mistake by itself, from images that were neither learnt before nor scored. */
export interface LearnedMistakes {
  /** The runs with whose networks it starts. */
  readonly run: string;
  readonly images: "left out by --train-limit" | "held out to validate";
  readonly rate: number;
  readonly seeds: readonly LearnedOne[];
}

/** A test image that networks got wrong. */
export interface Missed {
  /** Its place among the test images. */
  readonly index: number;
  readonly label: number;
  /** Its file, as a path that can be opened from here; "" for images beyond those that are written. */
  readonly path: string;
  /** How many runs got it wrong. */
  readonly wrongIn: number;
  /** The wrong answer that was given most often. */
  readonly answer: number;
}

export interface ErrorTrials {
  readonly schema: "epochscope/trials/1";
  readonly name: string;
  readonly classNames: readonly string[];
  readonly runs: number;
  readonly testImages: number;
  readonly curves: readonly SizeCurve[];
  readonly baseline: Baseline | null;
  readonly learned: LearnedMistakes | null;
  /** The missed images, those that most runs got wrong first. */
  readonly missed: readonly Missed[];
}
