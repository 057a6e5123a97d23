/** @file The part of a report about images that the user followed within the epochs (`--track`). Types only. */

export interface TrackedShown {
  readonly images: readonly {
    /** The name that every command accepts: a number, such as `train:17`, or a file from the data's folder. */
    readonly name: string;
    readonly label: number;
    /** The label, and the classes with the greatest scores at the end. */
    readonly classes: readonly number[];
    /** The moments in epochs. */
    readonly at: readonly number[];
    /** The logits of each of `classes` at each of `at`. */
    readonly logits: readonly (readonly number[])[];
    /**
     * The weights of the last layer that lead to the label, with one value for each epoch. `overSpread` is the change
     * divided by the standard deviation of all first weights.
     */
    readonly weights: readonly {
      readonly node: number;
      readonly values: readonly number[];
      readonly change: number;
      readonly overSpread: number;
      readonly pushed: number;
    }[];
  }[];
}
