/**
 * @file The part of a report that shows what speaks for two labels of a suspect training image (`labels suspects`).
 * Types only.
 */

import type {Packed} from "./packed";

/** One suspect. In pairs, the given label comes first, then the suggested one. */
export interface EvidenceShown {
  /** Its place in the training split. */
  readonly place: number;
  readonly labels: Pair<number>;
  /** u16 `[height, width]`: the segment of each pixel, the same for both labels. */
  readonly segments: Packed;
  /** How much each segment adds to each class. */
  readonly weights: Pair<readonly number[]>;
  /** LIME's weighted R²; null if it is not known. */
  readonly r2: Pair<number | null>;
  /**
   * i8 `[2, height, width]`: how much each pixel adds to each class's logit, in 127ths of the greatest of both; null if
   * there is no gradient.
   */
  readonly saliency: Packed | null;
  /** The training images of each class that are most like it; null if an earlier version found none. */
  readonly neighbours: Pair<NeighboursShown> | null;
  /**
   * The training images with any label that are most like it, and their labels; null or absent in files of an earlier
   * version.
   */
  readonly nearest?: (NeighboursShown & {readonly labels: readonly number[]}) | null;
}

export interface NeighboursShown {
  readonly places: readonly number[];
  /** u8 `[images, height, width, channels]`. */
  readonly pixels: Packed;
}

type Pair<T> = readonly [given: T, suggested: T];
