/** A network's answers to a few images within an epoch, so far. */
export interface TrackedPoints {
  /** The moments in epochs: 1.5 is the middle of the second epoch. */
  readonly at: number[];
  /** The answers at each moment, `[images, classes]`. */
  readonly logits: Float32Array[];
}
