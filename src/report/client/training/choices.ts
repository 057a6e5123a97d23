/** @file The questions about training images, and the decisions about them. Types only. */

/** The possible orders of the list of training images. */
export type SampleOrder =
  | "suspect"
  | "confidence"
  | "variability"
  | "forgotten"
  | "learnedAt"
  | "loss"
  | "error"
  | "entropy";

/** The ways to select training images. */
export type SampleChoice =
  | {readonly kind: "suspects" | "forgotten" | "never" | "copies" | "decided" | "all"}
  | {readonly kind: "cell"; readonly given: number; readonly suggested: number}
  | {readonly kind: "lasso"; readonly rows: readonly number[]; readonly name?: string};

/** The decision about a training image: to keep its label, to give it another, or to drop the image. */
export type Decision = {readonly kind: "keep" | "drop"} | {readonly kind: "relabel"; readonly to: number};
