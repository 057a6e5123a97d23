/** @file The part of a report about the training images. Types only. */

import type {EvidenceShown} from "./evidence-file";
import type {Packed} from "./packed";

/** How the training images were learnt: what the network answered to each, epoch by epoch. */
export interface TrainingShown {
  /** Training images that the run has. */
  readonly count: number;
  /** u32 `[images]`: the places in the training split of those that are here; null: all of them. */
  readonly indices: Packed | null;
  /** Epochs that are here, ascending. */
  readonly epochs: readonly number[];
  /** Epochs that the run has kept. */
  readonly of: number;
  /** Epochs by which the labels were judged; absent in files of an earlier version: those that are here. */
  readonly judged?: number;
  /** Whether the answers are from a pass after each epoch, and not those as each image was presented. */
  readonly isAfter: boolean;
  /** u8 or u16 `[images]`: the label that each was trained on. */
  readonly labels: Packed;
  /** u8 `[images]` an epoch: softmax cross-entropy, as `packed-loss.ts` rounds it. */
  readonly losses: readonly Packed[];
  /** u8 or u16 `[images]` an epoch: the answer less the label, modulo the classes: 0 if it was right. */
  readonly astray: readonly Packed[];
  /** u8 `[images]` an epoch: probability of a wrong answer, in 255ths; 0 if the answer was right. */
  readonly sureness: readonly Packed[];
  /** u8 or u16 `[images]`: the class that was answered most often in place of the label. */
  readonly suggested: Packed;
  /** u16 `[images]`: area under the margin, `lowestMargin + stored * scale` in logits. */
  readonly margins: Packed;
  readonly lowestMargin: number;
  /** u8 `[images]`: mean EL2N over the epochs in 255ths of √2, and the last epoch's entropy in 255ths of ln classes; null: not kept. */
  readonly errors: Packed | null;
  readonly entropies: Packed | null;
  /** u8, u16 or u32 `[images]`: how many of the source stand between each and the one before (`source-gaps.ts`); null: none, or not kept. */
  readonly gaps: Packed | null;
  /**
   * The evidence for both labels of the first suspects; null if `labels suspects` did not ask. Absent in files of an
   * earlier version.
   */
  readonly evidence?: readonly EvidenceShown[] | null;
  /**
   * Training images that are test images too, by their places in both splits; `near` if they only look alike. Null:
   * none known. Absent in files of an earlier version.
   */
  readonly copies?: {
    readonly train: readonly number[];
    readonly test: readonly number[];
    readonly near: readonly boolean[];
    /** How many there are; of very many, some are here. */
    readonly of: number;
  } | null;
  readonly pictures: {
    /** u32 `[pictures]`: their places in the training split, ascending. */
    readonly indices: Packed;
    /** u32 `[pictures]`: their places in the source that the split was taken from. */
    readonly sources: Packed;
    /** u8 `[pictures, height, width, channels]`. */
    readonly pixels: Packed;
    /** Paths from the data's folder, percent-encoded. */
    readonly files: {readonly folder: string; readonly paths: readonly string[]} | null;
  } | null;
}
