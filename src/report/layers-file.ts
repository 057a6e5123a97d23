/** @file The part of a report about a run's layers. Types only. */

import type {Packed} from "./packed";

/** How the layers developed; every list has one entry for each kept epoch. */
export interface LayersShown {
  /** The epochs at which the layers were looked at, ascending. */
  readonly epochs: readonly number[];
  /** The number of test images by which the layers are compared. */
  readonly images: number;
  readonly layers: readonly LayerShown[];
  /** The blocks of a transformer; absent for other networks, and if they were not kept. */
  readonly blocks?: readonly BlockShown[];
  /** How far each row moved between two looks within the epochs; absent without `--track`. */
  readonly within?: MovesShown;
}

/** How far layers and blocks moved between two looks: ‖change‖ over ‖weights before‖. */
export interface MovesShown {
  /** When each look was, in epochs. */
  readonly at: readonly number[];
  /** By the name of a layer or block, a number for each look. */
  readonly rows: {readonly [name: string]: readonly number[]};
}

/** A transformer's block: attention and dense layers together. Its outputs are compared. */
export interface BlockShown
  extends Pick<
    LayerShown,
    "name" | "weights" | "sampled" | "moved" | "fromStart" | "likeBefore" | "likeLast" | "probe" | "gradient"
  > {
  /** The names of its layers. */
  readonly layers: readonly string[];
}

export interface LayerShown {
  readonly name: string;
  readonly type: string;
  readonly weights: number;
  /** From how many weights the changes were computed: fewer than `weights` in a very large layer. */
  readonly sampled: number;
  /**
   * ‖change since the kept epoch before‖ divided by ‖weights then‖; null at the first epoch, and if it has no value.
   */
  readonly moved: readonly (number | null)[];
  /** ‖change since the first kept epoch‖ divided by ‖weights then‖. */
  readonly fromStart: readonly (number | null)[];
  /** CKA with the kept epoch before, and with the last. */
  readonly likeBefore: readonly (number | null)[];
  readonly likeLast: readonly (number | null)[];
  /** How many of the `images` images a linear probe of the layer gets right; null if unknown. */
  readonly probe: readonly (number | null)[];
  /** The length of the gradient of the loss with respect to the layer's weights; null if unknown. */
  readonly gradient: readonly (number | null)[];
  readonly units: number;
  /** The units that are 0 for every image and place; null if the layer has no relu. */
  readonly dead: readonly (readonly number[] | null)[];
  /** The units whose mean |output| is at most 0.025 of the layer's mean. */
  readonly dormant: readonly (readonly number[])[];
  /**
   * The filters that changed most from the first to the last kept epoch; null if the layer has no filters with rows and
   * columns.
   */
  readonly filters: {
    readonly units: readonly number[];
    /** The input channel of each filter that is shown: the one that changed most. */
    readonly channels: readonly number[];
    readonly inputs: number;
    /** ‖change from the first kept epoch to the last‖ divided by ‖weights at the first‖, for the whole filter. */
    readonly changes: readonly (number | null)[];
    /** f32 `[epochs, filters, height, width]`. */
    readonly kernels: Packed;
    /** f32 `[epochs, filters]`: the share of images and places at which each is above 0. */
    readonly on: Packed;
  } | null;
}
