import {readFileSync} from "node:fs";
import type {Observations} from "../../src/lime/linear/observations";

/** One image, segmentation and set of masks of fixtures/lime/reference.json (by make_lime.py), and what tools make of it. */
export interface LimeCase {
  readonly image: string;
  readonly segmentation: string;
  readonly label: number;
  readonly segments: number;
  /** One string of 0 and 1 a mask; the first all 1. */
  readonly masks: readonly string[];
  readonly probabilityOfLabel: readonly number[];
  readonly distances: readonly number[];
  readonly expected: {
    readonly [recipe in "lime" | "limeTop5"]: {
      readonly intercept: number;
      readonly coefficients: readonly (readonly [segment: number, weight: number])[];
      readonly score: number;
      readonly localPrediction: number;
    };
  } & {
    readonly leastSquares: {readonly intercept: number; readonly coefficients: readonly number[]};
    readonly bayesian: {
      readonly intercept: number;
      readonly coefficients: readonly number[];
      readonly alpha: number;
      readonly lambda: number;
    };
  };
}

export const limeCases: readonly LimeCase[] = JSON.parse(
  readFileSync("test/fixtures/lime/reference.json", "utf8"),
).cases;

/** The case's masks and probabilities, weighted by lime's kernel of the kept distances. */
export function lime({masks, segments, probabilityOfLabel, distances}: LimeCase): Observations {
  return {
    features: Float64Array.from(masks.join(""), Number),
    columns: segments,
    targets: probabilityOfLabel,
    weights: distances.map((d) => Math.exp((-d * d) / (2 * 0.25 ** 2))),
  };
}
