import {readFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {leadingEigenpairs} from "../src/pipeline/analysis/eigenvectors";
import {foldedColumns} from "../src/pipeline/analysis/fold-columns";
import {pca} from "../src/pipeline/analysis/pca";
import {standardised} from "../src/pipeline/analysis/standardise";
import {cloud, relativeError} from "./support/tsne-data";

const fixture = JSON.parse(readFileSync(join(__dirname, "fixtures/tsne/quality.json"), "utf8")) as {
  data: number[];
  rows: number;
  columns: number;
  variances: number[];
  explained: number;
  scores: number[];
};
const data = {rows: fixture.rows, columns: fixture.columns, values: Float32Array.from(fixture.data)};

test("components are scikit-learn's, but for their signs", async () => {
  const {scores, variances, explained} = await pca(data, 4);
  expect(variances).toBeAllClose(fixture.variances, {rtol: 1e-5}); // products are summed in single precision
  expect(explained).toBeCloseTo(fixture.explained, 6);
  for (let q = 0; q < 4; q++) {
    const own = scores.values.filter((_, i) => i % 4 === q);
    const theirs = Float64Array.from(fixture.scores.filter((_, i) => i % 4 === q));
    const sign = Math.sign(own.reduce((sum, v, i) => sum + v * theirs[i], 0));
    expect(
      relativeError(
        own,
        theirs.map((v) => v * sign),
      ),
    ).toBeLessThan(1e-5);
  }
});

test("the largest score of each component is positive", async () => {
  const {scores} = await pca(data, 4);
  for (let q = 0; q < 4; q++) {
    const own = Array.from(scores.values).filter((_, i) => i % 4 === q);
    expect(Math.max(...own)).toBeGreaterThanOrEqual(Math.max(...own.map((v) => -v)));
  }
});

test("axes are orthonormal, and threads change nothing", async () => {
  const wide = cloud(300, 210, 3);
  const [one, two] = [await pca(wide, 20, 1), await pca(wide, 20, 2)];
  expect(two).toEqual(one);
  for (let a = 0; a < 20; a++) {
    for (let b = 0; b <= a; b++) {
      let product = 0;
      for (let c = 0; c < 210; c++) product += one.axes[a * 210 + c] * one.axes[b * 210 + c];
      expect(product).toBeCloseTo(a === b ? 1 : 0, 8);
    }
  }
});

test("fewer columns than components are all kept, and hold all the variance", async () => {
  const {scores, explained} = await pca(cloud(50, 3, 4), 10);
  expect(scores.columns).toBe(3);
  expect(explained).toBeCloseTo(1, 9);
});

test("a matrix of one repeated row has scores of zero", async () => {
  const {scores, explained} = await pca({rows: 9, columns: 4, values: new Float32Array(36).fill(2)}, 2);
  expect([...scores.values]).toEqual(new Array(18).fill(0));
  expect(explained).toBe(1);
});

test("eigenpairs of a matrix with a known spectrum, degenerate ones too, satisfy A v = λ v", () => {
  const size = 260; // large enough for the Krylov space
  const spectrum = Float64Array.from({length: size}, (_, i) => (i < 6 ? 10 : i < 60 ? 9 - 0.1 * i : 0.5 / (1 + i)));
  const turn = householder(cloud(1, size, 5).values);
  const matrix = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      for (let q = 0; q < size; q++) matrix[a * size + b] += turn[a * size + q] * spectrum[q] * turn[b * size + q];
    }
  }
  const {values, vectors} = leadingEigenpairs(matrix, size, 40);
  expect(values).toBeAllClose(spectrum.subarray(0, 40), {rtol: 1e-7});
  for (let q = 0; q < 40; q++) {
    const v = vectors.subarray(q * size, (q + 1) * size);
    const image = v.map((_, a) => v.reduce((sum, x, b) => sum + matrix[a * size + b] * x, 0));
    expect(
      relativeError(
        image,
        v.map((x) => values[q] * x),
      ),
    ).toBeLessThan(1e-5);
  }
});

/** I − 2uuᵀ/uᵀu: orthogonal. */
function householder(u: Float32Array): Float64Array {
  const square = u.reduce((sum, v) => sum + v * v, 0);
  return Float64Array.from({length: u.length ** 2}, (_, i) => {
    const [a, b] = [Math.floor(i / u.length), i % u.length];
    return (a === b ? 1 : 0) - (2 * u[a] * u[b]) / square;
  });
}

test("standardised features have mean 0 and deviation 1, and constant ones become 0", () => {
  const {values} = standardised(data, "feature");
  for (let c = 0; c < 12; c++) {
    const own = values.filter((_, i) => i % 12 === c);
    const mean = own.reduce((a, b) => a + b, 0) / 80;
    const deviation = Math.sqrt(own.reduce((a, b) => a + (b - mean) ** 2, 0) / 80);
    expect(mean).toBeCloseTo(0, 6);
    expect(deviation).toBeCloseTo(c === 5 ? 0 : 1, 6);
  }
});

test("one scale for all keeps features apart in size", () => {
  const {values} = standardised({rows: 2, columns: 2, values: Float32Array.of(1, 10, 3, 30)}, "global");
  // mean 11; deviations −10, −1, −8, 19; variance 526 / 4
  expect(values).toBeAllClose([-10, -1, -8, 19].map((v) => v / Math.sqrt(131.5)));
});

test("folding columns keeps distances, and leaves narrow rows alone", () => {
  const wide = cloud(20, 5000, 6);
  const folded = foldedColumns(wide, 512);
  expect([folded.rows, folded.columns]).toEqual([20, 512]);
  const distance = ({columns, values}: typeof wide, i: number, j: number) => {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += (values[i * columns + c] - values[j * columns + c]) ** 2;
    return sum;
  };
  // each squared distance has a relative deviation of √(2/512) = 0.06
  const ratios = Array.from({length: 190}, (_, q) => [q % 20, (q % 20) + 1 + Math.floor(q / 20)])
    .filter(([, j]) => j < 20)
    .map(([i, j]) => distance(folded, i, j) / distance(wide, i, j));
  expect(ratios.reduce((a, b) => a + b, 0) / ratios.length).toBeCloseTo(1, 1);
  for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(0.3);
  expect(foldedColumns(wide, 5000)).toBe(wide);
});
