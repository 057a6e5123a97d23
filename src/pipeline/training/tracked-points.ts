/** A network's answers to a few images within an epoch, so far. */
export interface TrackedPoints {
  /** The moments in epochs: 1.5 is the middle of the second epoch. */
  readonly at: number[];
  /** The answers at each moment, `[images, classes]`. */
  readonly logits: Float32Array[];
  /** How far the layers moved to each; absent in checkpoints of earlier versions. */
  moves?: LayerMoves;
}

/** How far each layer's weights moved from one look to the next. */
export interface LayerMoves {
  readonly layers: readonly string[];
  /** The length of each layer's change since the look before, and the length of its weights then. */
  readonly moved: Float32Array[];
  readonly lengths: Float32Array[];
  /** Each layer's weights at the last look: a resumed run goes on from these. */
  last: readonly {readonly layer: string; readonly values: Float32Array; readonly each: number}[];
}
