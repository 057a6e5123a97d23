/** @file The part of a report about images that the user followed within the epochs (`--track`). Types only. */

export interface TrackedShown {
  readonly images: readonly {
    /** The name that every command accepts: a number, such as `train:17`, or a file from the data's folder. */
    readonly name: string;
    readonly label: number;
    /** The label, and the classes with the greatest scores at the end. */
    readonly classes: readonly number[];
    /** In epochs. */
    readonly at: readonly number[];
    /** Logits of each of `classes` at each of `at`. */
    readonly logits: readonly (readonly number[])[];
    /** Weights of the last layer to the label, a value an epoch; `overSpread`: the change over the deviation of all first weights. */
    readonly weights: readonly {
      readonly node: number;
      readonly values: readonly number[];
      readonly change: number;
      readonly overSpread: number;
      readonly pushed: number;
    }[];
  }[];
}
