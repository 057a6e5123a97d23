/** @file The part of a report about the training images. Types only. */

import type {EvidenceShown} from "./evidence-file";
import type {Packed} from "./packed";

/** How the training images were learnt: what the network answered to each, epoch by epoch. */
export interface TrainingShown {
  /** How many training images the run has. */
  readonly count: number;
  /** u32 `[images]`: the places in the training split of those that are here; null: all of them. */
  readonly indices: Packed | null;
  /** The epochs that are here, ascending. */
  readonly epochs: readonly number[];
  /** How many epochs the run has kept. */
  readonly of: number;
  /**
   * By how many epochs the labels were judged; absent in files of an earlier version, which used those that are here.
   */
  readonly judged?: number;
  /** Whether the answers come from a pass after each epoch, and not from the moments when the images were presented. */
  readonly isAfter: boolean;
  /** u8 or u16 `[images]`: the label on which each image was trained. */
  readonly labels: Packed;
  /** u8 `[images]` for each epoch: the softmax cross-entropy, rounded by `packed-loss.ts`. */
  readonly losses: readonly Packed[];
  /**
   * u8 or u16 `[images]` for each epoch: the answer minus the label, modulo the number of classes; 0 if it was right.
   */
  readonly astray: readonly Packed[];
  /** u8 `[images]` for each epoch: the probability of a wrong answer, in 255ths; 0 if the answer was right. */
  readonly sureness: readonly Packed[];
  /** u8 or u16 `[images]`: the class that was answered most often in place of the label. */
  readonly suggested: Packed;
  /** u16 `[images]`: the area under the margin, `lowestMargin + stored * scale` in logits. */
  readonly margins: Packed;
  readonly lowestMargin: number;
  /**
   * u8 `[images]`: mean EL2N over the epochs in 255ths of √2, and the entropy at the last epoch in 255ths of ln
   * classes; null if they were not kept.
   */
  readonly errors: Packed | null;
  readonly entropies: Packed | null;
  /**
   * u8, u16 or u32 `[images]`: how many images of the source lie between each image and the one before
   * (`source-gaps.ts`); null if there are none, or if this was not kept.
   */
  readonly gaps: Packed | null;
  /**
   * The evidence for both labels of the first suspects; null if `labels suspects` did not ask. Absent in files of an
   * earlier version.
   */
  readonly evidence?: readonly EvidenceShown[] | null;
  /**
   * The training images that are also test images, by their places in both splits; `near` if they only look alike. Null
   * if none are known; absent in files of an earlier version.
   */
  readonly copies?: {
    readonly train: readonly number[];
    readonly test: readonly number[];
    readonly near: readonly boolean[];
    /** How many there are; if there are very many, only some are here. */
    readonly of: number;
  } | null;
  readonly pictures: {
    /** u32 `[pictures]`: their places in the training split, ascending. */
    readonly indices: Packed;
    /** u32 `[pictures]`: their places in the source that the split was taken from. */
    readonly sources: Packed;
    /** u8 `[pictures, height, width, channels]`. */
    readonly pixels: Packed;
    /** The paths from the data's folder, percent-encoded. */
    readonly files: {readonly folder: string; readonly paths: readonly string[]} | null;
  } | null;
}
