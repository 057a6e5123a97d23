/**
 * LIME's explanations of some images, one row for each, in the order of the images. A number that an explanation does
 * not have is NaN. Explanation i has the numbers of `weights` and `errors` from `starts[i]` up to, but not including,
 * `starts[i + 1]`.
 */
export interface ExplainedColumns {
  /** Place in the test split, and the true class. */
  readonly index: Uint32Array;
  readonly label: Uint32Array;
  /** The class explained, and its probability. */
  readonly target: Uint32Array;
  readonly probability: Float64Array;
  readonly intercept: Float64Array;
  /** Weighted R² of the fit. */
  readonly r2: Float64Array;
  readonly localPrediction: Float64Array;
  /** How many masks were asked about, and how many of them were near. */
  readonly samples: Uint32Array;
  readonly near: Uint32Array;
  readonly halvesTop5: Float64Array;
  readonly halvesCorrelation: Float64Array;
  readonly starts: Uint32Array;
  /** How much each segment adds to the probability, and the standard error of this weight. */
  readonly weights: Float64Array;
  readonly errors: Float64Array;
}

/** The same, with the segment of each pixel: `[images, height, width]`. */
export interface SegmentedColumns extends ExplainedColumns {
  readonly segments: Uint16Array;
}

/** Joins columns into the columns of one list. */
export function joinedColumns(parts: readonly ExplainedColumns[]): ExplainedColumns {
  const names = ["index", "label", "target", "samples", "near"] as const;
  const figures = ["probability", "intercept", "r2", "localPrediction", "halvesTop5", "halvesCorrelation"] as const;
  const starts = new Uint32Array(1 + parts.reduce((sum, {index}) => sum + index.length, 0));
  let [row, end] = [0, 0];
  for (const part of parts) {
    for (let i = 1; i < part.starts.length; i++) starts[++row] = end + part.starts[i];
    end = starts[row];
  }
  const of = <T extends Uint32Array | Float64Array>(name: keyof ExplainedColumns, Kind: new (length: number) => T) =>
    joinedArrays(
      parts.map((part) => part[name]),
      Kind,
    );
  return {
    ...(Object.fromEntries(names.map((name) => [name, of(name, Uint32Array)])) as Pick<
      ExplainedColumns,
      (typeof names)[number]
    >),
    ...(Object.fromEntries(figures.map((name) => [name, of(name, Float64Array)])) as Pick<
      ExplainedColumns,
      (typeof figures)[number]
    >),
    ...{starts, weights: of("weights", Float64Array), errors: of("errors", Float64Array)},
  };
}

/** Joins arrays, one after another. */
export function joinedArrays<T extends {set(values: ArrayLike<number>, at: number): void}>(
  parts: readonly ArrayLike<number>[],
  Kind: new (length: number) => T,
): T {
  const all = new Kind(parts.reduce((sum, {length}) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
