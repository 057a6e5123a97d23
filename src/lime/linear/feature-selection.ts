import {lassoPath} from "./lasso-path";
import {bayesianRidge, ridge} from "./linear-models";
import {centred, type Observations} from "./observations";
import {gram, transposeTimes} from "./symmetric-systems";

/** Ways to choose the columns that a model may use; each returns their indices. */
export const selections = {
  none: ({columns}: Observations) => Array.from({length: columns}, (_, j) => j),
  "highest-weights": highestWeights,
  /** visualime's way: the largest coefficients of a Bayesian ridge, in rising order of index. */
  "bayesian-weights": (observations: Observations, most: number) =>
    largest(bayesianRidge(observations).coefficients, most).sort((a, b) => a - b),
  forward,
  "lasso-path": alongLassoPath,
  /** lime's own rule: forward selection for up to six columns, the highest weights for more. */
  auto: (observations: Observations, most: number) => (most <= 6 ? forward : highestWeights)(observations, most),
} satisfies Record<string, (observations: Observations, most: number) => number[]>;

export type SelectionName = keyof typeof selections;

/**
 * The columns with the largest coefficients of a weighted ridge with penalty 0.01. As in lime, coefficients are first
 * multiplied by the first row.
 */
export function highestWeights(observations: Observations, most: number): number[] {
  const {coefficients} = ridge(observations, 0.01);
  return largest(
    coefficients.map((c, j) => c * observations.features[j]),
    most,
  );
}

function largest(values: Float64Array, most: number): number[] {
  return Array.from(values.keys())
    .sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]))
    .slice(0, most);
}

/**
 * Greedy forward selection: each step takes the column that raises the weighted R² of least squares most. If several
 * do, it takes the one with the lowest index. It uses Gram–Schmidt on the Gram matrix, so that a step costs one pass
 * and not columns² of them: after each choice, the chosen column is projected out of the target and of all other
 * columns.
 */
export function forward(observations: Observations, most: number): number[] {
  const {x, y, columns} = centred(observations);
  const left = gram(x, columns);
  const pull = transposeTimes(x, columns, y);
  const whole = Float64Array.from({length: columns}, (_, j) => left[j * columns + j]);
  const chosen: number[] = [];
  while (chosen.length < Math.min(most, columns)) {
    // a column that the chosen ones explain up to rounding adds nothing
    const gain = (j: number) => (left[j * columns + j] > 1e-10 * whole[j] ? pull[j] ** 2 / left[j * columns + j] : 0);
    let best = -1;
    for (let j = 0; j < columns; j++) {
      if (!chosen.includes(j) && (best < 0 || gain(j) > gain(best))) best = j;
    }
    chosen.push(best);
    const own = left[best * columns + best];
    if (gain(best) === 0) continue;
    const row = left.slice(best * columns, (best + 1) * columns);
    const share = pull[best] / own;
    for (let i = 0; i < columns; i++) {
      pull[i] -= row[i] * share;
      for (let j = 0; j < columns; j++) left[i * columns + j] -= (row[i] * row[j]) / own;
    }
  }
  return chosen;
}

/**
 * The columns with a coefficient at the last step of the lasso's path that has at most `most` of them, in rising order.
 */
export function alongLassoPath(observations: Observations, most: number): number[] {
  const path = lassoPath(observations);
  for (let step = path.length - 1; step > 0; step--) {
    const active = Array.from(path[step].keys()).filter((j) => path[step][j] !== 0);
    if (active.length <= most || step === 1) return active;
  }
  return [];
}
