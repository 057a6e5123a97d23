/** @file What can be asked of the training images, and decided about them. Types only. */

/** What the list of training images can be ordered by. */
export type SampleOrder =
  | "suspect"
  | "confidence"
  | "variability"
  | "forgotten"
  | "learnedAt"
  | "loss"
  | "error"
  | "entropy";

/** What picks training images. */
export type SampleChoice =
  | {readonly kind: "suspects" | "forgotten" | "never" | "decided" | "all"}
  | {readonly kind: "cell"; readonly given: number; readonly suggested: number}
  | {readonly kind: "lasso"; readonly rows: readonly number[]; readonly name?: string};

/** What was decided about a training image: its label stays, another takes its place, or the image goes. */
export type Decision = {readonly kind: "keep" | "drop"} | {readonly kind: "relabel"; readonly to: number};
