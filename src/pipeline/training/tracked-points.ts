/** A network's answers to a few images within an epoch, so far. */
export interface TrackedPoints {
  /** In epochs: 1.5 is the middle of the second. */
  readonly at: number[];
  /** `[images, classes]` at each. */
  readonly logits: Float32Array[];
}
