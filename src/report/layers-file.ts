/** @file The part of a report about a run's layers. Types only. */

import type {Packed} from "./packed";

/** How the layers came to be what they are; every list has an entry a kept epoch. */
export interface LayersShown {
  /** Epochs at which the layers were looked at, ascending. */
  readonly epochs: readonly number[];
  /** Test images that the layers are compared by. */
  readonly images: number;
  readonly layers: readonly LayerShown[];
  /** The blocks of a transformer; absent of other networks, and if they were not kept. */
  readonly blocks?: readonly BlockShown[];
}

/** A transformer's block: attention and dense layers together. What is alike is what it gives on. */
export interface BlockShown
  extends Pick<
    LayerShown,
    "name" | "weights" | "sampled" | "moved" | "fromStart" | "likeBefore" | "likeLast" | "probe" | "gradient"
  > {
  /** Names of its layers. */
  readonly layers: readonly string[];
}

export interface LayerShown {
  readonly name: string;
  readonly type: string;
  readonly weights: number;
  /** Weights that the changes were computed of: fewer than `weights` in a very large layer. */
  readonly sampled: number;
  /** ‖change since the kept epoch before‖ over ‖weights then‖; null at the first, and if it has no value. */
  readonly moved: readonly (number | null)[];
  /** ‖change since the first kept epoch‖ over ‖weights then‖. */
  readonly fromStart: readonly (number | null)[];
  /** CKA with the kept epoch before, and with the last. */
  readonly likeBefore: readonly (number | null)[];
  readonly likeLast: readonly (number | null)[];
  /** Images of `images` that a linear probe of the layer gets right; null: unknown. */
  readonly probe: readonly (number | null)[];
  /** Length of the loss' gradient at the layer's weights; null: unknown. */
  readonly gradient: readonly (number | null)[];
  readonly units: number;
  /** Units that are 0 for every image and place; null if the layer is no rectifier. */
  readonly dead: readonly (readonly number[] | null)[];
  /** Units whose mean |output| is at most 0.025 of the layer's mean. */
  readonly dormant: readonly (readonly number[])[];
  /** The filters that changed most from the first to the last kept epoch; null if the layer has none with places. */
  readonly filters: {
    readonly units: readonly number[];
    /** Which input channel of each is shown: the one that changed most. */
    readonly channels: readonly number[];
    readonly inputs: number;
    /** ‖change from the first kept epoch to the last‖ over ‖weights at the first‖, of the whole filter. */
    readonly changes: readonly (number | null)[];
    /** f32 `[epochs, filters, height, width]`. */
    readonly kernels: Packed;
    /** f32 `[epochs, filters]`: the share of images and places at which each is above 0. */
    readonly on: Packed;
  } | null;
}
