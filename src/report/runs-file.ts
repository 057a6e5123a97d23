/** @file The part of a report that compares its run with others. Types only. */

/**
 * The comparison of this run with another one on the same test images. `base` is the other run, with which this run is
 * compared.
 */
export interface RunsShown {
  readonly base: string;
  readonly run: string;
  /** How many test images the two are compared on. */
  readonly images: number;
  /** Whether these are only some of each run's test images: those on which both were tested. */
  readonly isPart?: boolean;
  readonly baseRight: number;
  readonly right: number;
  /** How many images got another answer, right or wrong. */
  readonly changed: number;
  readonly bothWrong: number;
  /** McNemar's exact test, two-sided. */
  readonly p: number;
  /**
   * The test images that only this run gets right, and those that only the other run gets right: place, label, the
   * other's answer, this run's answer.
   */
  readonly fixed: readonly ChangedAnswer[];
  readonly broken: readonly ChangedAnswer[];
  /** How many these are, if the lists have only the first of them: those whose label's probability changed most. */
  readonly counts?: {readonly fixed: number; readonly broken: number};
  /** The first of the images that both get wrong; absent in files of an earlier version. */
  readonly wrong?: readonly ChangedAnswer[];
  /**
   * Words about the difference that another seed makes, and how this is known; empty in files of an earlier version.
   */
  readonly noise: {
    readonly verdict: "beyond" | "within" | "unknown" | "seed";
    readonly said?: string;
    readonly source?: string;
  };
  /** For each of `fixed`, then of `broken`, then of `wrong`; absent in files of an earlier version, like the next two. */
  readonly inRuns?: readonly ImageInRuns[];
  /** The segment of each pixel, once for each image. */
  readonly segments?: readonly (readonly number[])[];
  readonly maps?: JoinedMaps | null;
  /**
   * Classes and confusions whose counts differ, those with the greatest difference first; absent in files of an earlier
   * version.
   */
  readonly details?: readonly RunsDetail[];
  /** How many confusions differ, if `details` has only the first of them. */
  readonly confusions?: number;
  /** How many answers of each run are right, with a list for each setting; the first is the base's setting. */
  readonly settings: readonly {readonly runs: readonly string[]; readonly right: readonly number[]}[];
  /** Test accuracies of this run's setting, epoch by epoch, if several seeds of it are known; absent in files of an earlier version. */
  readonly byEpoch?: SeedsByEpoch;
  /** The options in which the two differ, in words. */
  readonly options: readonly {readonly name: string; readonly base: string; readonly other: string}[];
  /** The effect of a list of decisions on this run's training images; null if there was none. */
  readonly edits: {readonly dropped: number; readonly relabelled: number} | null;
}

/** How a setting's seeds do after each epoch that all of them have: means, and standard deviations of the sample. */
export interface SeedsByEpoch {
  readonly seeds: number;
  readonly epochs: readonly {readonly epoch: number; readonly mean: number; readonly deviation: number}[];
}

/** How many answers to a class are right; or how often class `label` was taken for `predicted`. */
export interface RunsDetail {
  readonly label: number;
  readonly predicted?: number;
  readonly before: number;
  readonly after: number;
  readonly noise: "beyond" | "within" | "unknown";
}

/** The places of the same test images on both runs' maps, in thousandths of this run's map, as pairs x, y. */
export interface JoinedMaps {
  readonly indices: readonly number[];
  readonly base: readonly number[];
  readonly run: readonly number[];
}

/** LIME's explanation of a run's own answer; `segments` is the place of a list in `RunsShown.segments`. */
export interface ShownExplanation {
  readonly segments: number;
  readonly weights: readonly number[];
}

/** One image in both runs. */
export interface ImageInRuns {
  /** The probability of each run's own answer, and of the label. */
  readonly sure: readonly [base: number, run: number];
  readonly ofLabel: readonly [base: number, run: number];
  /** The probability that each run gives to the other run's answer; absent in files of an earlier version. */
  readonly ofOther?: readonly [base: number, run: number];
  /**
   * The answers of all known runs of each setting, in the order of their seeds; the first is that of the base or of
   * this run itself.
   */
  readonly said: readonly [base: readonly number[], run: readonly number[]];
  /** Null if a run did not explain its answer. */
  readonly why: readonly [base: ShownExplanation | null, run: ShownExplanation | null];
}

export type ChangedAnswer = readonly [index: number, label: number, before: number, after: number];
