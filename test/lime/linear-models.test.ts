import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {alongLassoPath, forward, highestWeights} from "../../src/lime/linear/feature-selection";
import {lassoPath} from "../../src/lime/linear/lasso-path";
import {bayesianRidge, lasso, leastSquares, linearModels, ridge, weightedR2} from "../../src/lime/linear/linear-models";
import type {LinearFit} from "../../src/lime/linear/observations";
import {columnsOf, type Observations} from "../../src/lime/linear/observations";
import {fork, normal} from "../../src/nouns/random";
import {type LimeCase, lime, limeCases} from "../support/lime-reference";

interface Fit {
  readonly intercept: number;
  readonly coefficients: readonly number[];
  readonly r2: number;
}
interface Answers {
  readonly [model: string]: {readonly [setting: string]: Fit} & {readonly [k: string]: readonly number[]} & Fit;
}
interface ModelCase {
  /** Which of reference.json's cases, or the problem itself. */
  readonly reference?: number;
  readonly observations?: Observations;
  readonly expected: Answers;
}
const models: {
  readonly cases: readonly ModelCase[];
  readonly dependent: {readonly observations: Observations; readonly leastSquares: Fit};
} = JSON.parse(readFileSync("test/fixtures/lime/linear-models.json", "utf8"));

/** scikit-learn solves by other factorisations; 1e-9 leaves six digits for their conditions of up to about 1e4. */
const CLOSE = {rtol: 1e-9, atol: 1e-12};

function expectFit(observations: Observations, fit: LinearFit, expected: Fit, tolerance = CLOSE): void {
  expect([fit.intercept, ...fit.coefficients]).toBeAllClose([expected.intercept, ...expected.coefficients], tolerance);
  expect([weightedR2(observations, fit)]).toBeAllClose([expected.r2], tolerance);
}

describe.each(limeCases.map((c) => [`${c.segmentation} (${c.segments} segments)`, c] as const))(
  "%s",
  (_, one: LimeCase) => {
    const observations = lime(one);

    test("ridge of 1 gives lime's explanation, score and local prediction", () => {
      const {intercept, coefficients, score, localPrediction} = one.expected.lime;
      const fit = ridge(observations, 1);
      const expected = new Float64Array(one.segments);
      for (const [j, weight] of coefficients) expected[j] = weight;
      expectFit(observations, fit, {intercept, coefficients: [...expected], r2: score});
      expect([fit.intercept + fit.coefficients.reduce((a, b) => a + b)]).toBeAllClose([localPrediction], CLOSE);
    });

    test("forward selection of five, then ridge, gives lime's explanation of five", () => {
      const {intercept, coefficients, score} = one.expected.limeTop5;
      const chosen = forward(observations, 5);
      expect(new Set(chosen)).toEqual(new Set(coefficients.map(([j]) => j)));
      const part = columnsOf(observations, chosen);
      const expected = chosen.map((j) => coefficients.find(([k]) => k === j)![1]);
      expectFit(part, ridge(part, 1), {intercept, coefficients: expected, r2: score});
    });

    test("least squares gives scikit-learn's LinearRegression", () => {
      const {intercept, coefficients} = one.expected.leastSquares;
      const fit = leastSquares(observations);
      expect([fit.intercept, ...fit.coefficients]).toBeAllClose([intercept, ...coefficients], CLOSE);
    });

    test("Bayesian ridge weighted by √kept gives scikit-learn's BayesianRidge, precisions included", () => {
      const weights = Float64Array.from(one.masks, (mask) => Math.sqrt(mask.split("1").length - 1));
      const {intercept, coefficients, alpha, lambda} = one.expected.bayesian;
      const fit = bayesianRidge({...observations, weights});
      const found = [fit.intercept, ...fit.coefficients, fit.alpha, fit.lambda];
      expect(found).toBeAllClose([intercept, ...coefficients, alpha, lambda], {rtol: 1e-6, atol: 1e-9});
    });
  },
);

describe.each(models.cases.map((one, i) => [i, one] as const))("scikit-learn's case %i", (_, one) => {
  const {reference, observations: given, expected} = one;
  const observations = given ?? lime(limeCases[reference!]);

  test.each(["0.01", "1.0", "30.0"])("ridge of %s", (penalty) => {
    expectFit(observations, ridge(observations, Number(penalty)), expected.ridge[penalty]);
  });
  test("least squares and Bayesian ridge", () => {
    expectFit(observations, leastSquares(observations), expected.leastSquares);
    expectFit(observations, bayesianRidge(observations), expected.bayesianRidge, {rtol: 1e-6, atol: 1e-9});
  });
  test.each(["0.01", "0.001", "0.0001"])("lasso of %s", (penalty) => {
    expectFit(observations, lasso(observations, Number(penalty)), expected.lasso[penalty]);
  });
  test("the lasso's path turns at the same corners", () => {
    const corners = expected.lassoPathCorners as unknown as number[][];
    const path = lassoPath(observations);
    expect(path.length).toBe(corners.length);
    path.forEach((corner, i) => {
      expect(corner).toBeAllClose(corners[i], {rtol: 1e-6, atol: 1e-9}); // corners build on each other
    });
  });
  test("the same columns are selected", () => {
    for (const k of ["3", "8"]) {
      expect(highestWeights(observations, Number(k))).toEqual(expected.highestWeights[k]);
      expect(forward(observations, Number(k))).toEqual(expected.forward[k]);
    }
    for (const k of ["3", "5", "8"]) expect(alongLassoPath(observations, Number(k))).toEqual(expected.lassoPath[k]);
  });
});

test("of dependent columns least squares gives the shortest answer", () => {
  const {observations, leastSquares: expected} = models.dependent;
  expectFit(observations, leastSquares(observations), expected, {rtol: 1e-7, atol: 1e-9}); // singular to rounding
});

test("a lasso's answer satisfies its optimality conditions", () => {
  const observations = models.cases[2].observations!;
  const {features, columns, targets, weights} = observations;
  const penalty = 0.3;
  const fit = lasso(observations, penalty);
  const total = Array.from(weights).reduce((a, b) => a + b);
  for (let j = 0; j < columns; j++) {
    let gradient = 0;
    for (let i = 0; i < targets.length; i++) {
      let left = targets[i] - fit.intercept;
      for (let k = 0; k < columns; k++) left -= features[i * columns + k] * fit.coefficients[k];
      gradient += (weights[i] * features[i * columns + j] * left) / total;
    }
    if (fit.coefficients[j] !== 0) expect(gradient).toBeCloseTo(penalty * Math.sign(fit.coefficients[j]), 9);
    else expect(Math.abs(gradient)).toBeLessThanOrEqual(penalty + 1e-9);
  }
});

test("a weight of 2 counts like the row given twice", () => {
  const random = fork(1, "doubling");
  const features = Array.from({length: 40}, () => normal(random));
  const targets = Array.from({length: 10}, () => normal(random));
  const weighted = {features, columns: 4, targets, weights: targets.map((_, i) => (i === 3 ? 2 : 1))};
  const doubled = {
    features: [...features, ...features.slice(12, 16)],
    columns: 4,
    targets: [...targets, targets[3]],
    weights: new Array(11).fill(1),
  };
  for (const model of [leastSquares, (o: Observations) => ridge(o, 0.7)]) {
    expect(model(weighted).coefficients).toBeAllClose(model(doubled).coefficients, {rtol: 1e-10});
  }
});

test("the lasso of a class a thousand times less probable is a thousandth, not nothing", () => {
  const likely = lime(limeCases[1]);
  const unlikely = {...likely, targets: Array.from(likely.targets, (p) => p / 1000)};
  const [whole, part] = [likely, unlikely].map((o) => linearModels.lasso(o).coefficients);
  expect(whole.filter((c) => c !== 0).length).toBeGreaterThan(3);
  expect(part.map((c) => 1000 * c)).toBeAllClose(whole, {rtol: 1e-9, atol: 1e-12});
});

test("weights that are all 0 are refused", () => {
  const none = {features: [1, 2], columns: 1, targets: [1, 2], weights: [0, 0]};
  expect(() => ridge(none, 1)).toThrow("expected weights that sum above 0, got 0");
});
