/** What a linear model is fitted to: `targets[i]` at row i of `features`, which counts `weights[i]`. */
export interface Observations {
  /** `features[row * columns + column]`. */
  readonly features: ArrayLike<number>;
  readonly columns: number;
  readonly targets: ArrayLike<number>;
  /** 0 or more, not all 0. */
  readonly weights: ArrayLike<number>;
}

/** The observations with only some of their columns, in the given order. */
export function columnsOf(observations: Observations, chosen: readonly number[]): Observations {
  const {features, columns, targets} = observations;
  const part = new Float64Array(targets.length * chosen.length);
  for (let row = 0; row < targets.length; row++) {
    for (let j = 0; j < chosen.length; j++) part[row * chosen.length + j] = features[row * columns + chosen[j]];
  }
  return {...observations, features: part, columns: chosen.length};
}

/** The observations with only some of their rows, in the given order. */
export function rowsOf({features, columns, targets, weights}: Observations, chosen: readonly number[]): Observations {
  const part = new Float64Array(chosen.length * columns);
  chosen.forEach((row, i) => {
    for (let j = 0; j < columns; j++) part[i * columns + j] = features[row * columns + j];
  });
  return {features: part, columns, targets: chosen.map((n) => targets[n]), weights: chosen.map((n) => weights[n])};
}
