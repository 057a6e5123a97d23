import {expect, test} from "vitest";
import {
  conditionalProbabilities,
  gradient,
  jointProbabilities,
  klDivergence,
  nearestNeighbours,
} from "../../src/tsne/reference";
import {cloud, digits, reference, relativeError} from "../support/tsne-data";

test("joint probabilities of 200 digits over all pairs are scikit-learn's", () => {
  // scikit-learn stops its search at an entropy off by 1e-5 and computes in single precision
  const {starts, columns, values} = jointProbabilities(digits(200), 30, 199);
  const rows = Array.from({length: 200}, (_, i) => values.subarray(starts[i], starts[i + 1]).reduce((a, b) => a + b));
  expect(rows).toBeAllClose(reference.exact200.jointRowSums, {rtol: 2e-5});
  const first = new Float64Array(200);
  for (let e = starts[0]; e < starts[1]; e++) first[columns[e]] = values[e];
  expect(relativeError(first, reference.exact200.jointFirstRow)).toBeLessThan(1e-5);
});

test("joint probabilities are symmetric and sum to 1", () => {
  const {starts, columns, values} = jointProbabilities(cloud(60, 5, 1), 8, 25);
  const dense = new Float64Array(3600);
  for (let i = 0; i < 60; i++) for (let e = starts[i]; e < starts[i + 1]; e++) dense[60 * i + columns[e]] = values[e];
  for (let i = 0; i < 60; i++) for (let j = 0; j < 60; j++) expect(dense[60 * i + j]).toBe(dense[60 * j + i]);
  expect(values.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
});

test("each row's entropy is the logarithm of the perplexity", () => {
  const {distances, k} = nearestNeighbours(cloud(100, 4, 2), 40);
  for (let i = 0; i < 100; i++) {
    const p = conditionalProbabilities(distances.subarray(i * k, (i + 1) * k), 10);
    expect(-p.reduce((sum, v) => sum + (v > 0 ? v * Math.log(v) : 0), 0)).toBeCloseTo(Math.log(10), 9);
  }
});

test("where more neighbours than the perplexity are at no distance, they share the probability", () => {
  const p = conditionalProbabilities(Float64Array.of(0, 0, 0, 0, 1, 2), 3);
  expect(p).toBeAllClose([0.25, 0.25, 0.25, 0.25, 0, 0]);
});

test.each([
  [2, 1],
  [2, 12],
  [3, 1],
  [3, 12],
] as const)(
  "the gradient in %i dimensions at exaggeration %i is that of x Σ p log(1 + d²) + log Z",
  (dimensions, x) => {
    const n = 30;
    const p = jointProbabilities(cloud(n, 6, 3), 5, 20);
    const points = Float64Array.from(cloud(n, dimensions, 4).values);
    // at x = 1 this is KL up to a constant; the attraction's part counts (x − 1) times more
    const attraction = (y: Float64Array) => {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        for (let e = p.starts[i]; e < p.starts[i + 1]; e++) {
          let d = 0;
          for (let c = 0; c < dimensions; c++) d += (y[i * dimensions + c] - y[p.columns[e] * dimensions + c]) ** 2;
          sum += p.values[e] * Math.log(1 + d);
        }
      }
      return sum;
    };
    const objective = (y: Float64Array) => klDivergence(p, y, dimensions) + (x - 1) * attraction(y);
    const h = 1e-5; // central differences: error of order h², 1e-10, and of rounding, 1e-16 / h
    const differences = points.map((_, i) => {
      const [up, down] = [points.slice(), points.slice()];
      up[i] += h;
      down[i] -= h;
      return (objective(up) - objective(down)) / (2 * h);
    });
    expect(gradient(p, points, dimensions, x)).toBeAllClose(differences, {rtol: 1e-6, atol: 1e-9});
  },
);
