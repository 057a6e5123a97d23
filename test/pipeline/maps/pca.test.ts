import {readFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {type Eigenpairs, leadingEigenpairs} from "../../../src/pipeline/maps/linear/eigenvectors";
import {foldedColumns} from "../../../src/pipeline/maps/linear/fold-columns";
import {pca, principalComponents} from "../../../src/pipeline/maps/linear/pca";
import {type Scaling, standardised} from "../../../src/pipeline/maps/linear/standardise";
import {diagonalised, loadSymmetric, openWorkspace} from "../../../src/tsne/index";
import {cloud, relativeError} from "../../support/tsne-data";

const fixture = JSON.parse(readFileSync(join(__dirname, "../../fixtures/tsne/quality.json"), "utf8")) as {
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

test("axes of some of the rows: scores of all, their own variances, and a little less of the whole", async () => {
  const wide = cloud(1200, 40, 8);
  const columns = wide.values.map((v, e) => (3 * v) / (1 + (e % 40)) + 5);
  const rows = {...wide, values: columns};
  const workspace = await openWorkspace(2);
  const all = await principalComponents(workspace, rows, 6);
  const some = await principalComponents(workspace, rows, 6, {axisRows: 300});
  expect(await principalComponents(workspace, rows, 6, {axisRows: 1200})).toEqual(all);
  workspace.close();
  const total = all.variances.reduce((a, b) => a + b, 0) / all.explained;
  const mean = (c: number) => columns.reduce((sum, v, e) => (e % 40 === c ? sum + v / 1200 : sum), 0);
  const means = Array.from({length: 40}, (_, c) => mean(c));
  for (let q = 0; q < 6; q++) {
    let square = 0;
    for (let r = 0; r < 1200; r++) {
      let score = 0;
      for (let c = 0; c < 40; c++) score += (columns[r * 40 + c] - means[c]) * some.axes[q * 40 + c];
      if (r % 100 === 0) expect(some.scores.values[r * 6 + q]).toBeCloseTo(score, 4);
      square += score ** 2;
    }
    expect(some.variances[q]).toBeCloseTo(square / 1199, 4);
  }
  expect(some.explained).toBeCloseTo(some.variances.reduce((a, b) => a + b, 0) / total, 6);
  expect(some.explained).toBeLessThan(all.explained); // none hold more than the leading eigenvectors
  expect(some.explained).toBeGreaterThan(0.99 * all.explained);
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

/** A symmetric matrix with these eigenvalues, its eigenvectors turned away from the axes. */
function withSpectrum(spectrum: Float64Array): Float64Array {
  const size = spectrum.length;
  const turn = householder(cloud(1, size, 5).values);
  const matrix = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      for (let q = 0; q < size; q++) matrix[a * size + b] += turn[a * size + q] * spectrum[q] * turn[b * size + q];
    }
  }
  return matrix;
}

async function eigenpairs(matrix: Float64Array, size: number, count: number, tolerance?: number, threads = 1) {
  const workspace = await openWorkspace(threads);
  const mark = workspace.arena.mark();
  try {
    const pairs = await leadingEigenpairs(matrix, size, count, workspace, tolerance);
    expect(workspace.arena.mark()).toBe(mark); // all memory is given back
    return pairs;
  } finally {
    workspace.close();
  }
}

/** The largest |A v − λ v|, and the largest deviation of the vectors' products from those of an orthonormal set. */
function errors(matrix: Float64Array, size: number, {values, vectors}: Eigenpairs) {
  let [residual, skew] = [0, 0];
  const vector = (q: number) => vectors.subarray(q * size, (q + 1) * size);
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, c) => sum + v * b[c], 0);
  for (let q = 0; q < values.length; q++) {
    const v = vector(q);
    const image = v.map((_, a) => dot(matrix.subarray(a * size, (a + 1) * size), v) - values[q] * v[a]);
    residual = Math.max(residual, Math.sqrt(dot(image, image)));
    for (let p = 0; p <= q; p++) skew = Math.max(skew, Math.abs(dot(vector(p), v) - (p === q ? 1 : 0)));
  }
  return {residual, skew};
}

// sizes past the small ones that are decomposed whole, one of them odd
test.each([260, 261])("eigenpairs of a matrix of %i rows with a known spectrum, degenerate too", async (size) => {
  const spectrum = Float64Array.from({length: size}, (_, i) => (i < 6 ? 10 : i < 60 ? 9 - 0.1 * i : 0.5 / (1 + i)));
  const matrix = withSpectrum(spectrum);
  const pairs = await eigenpairs(matrix, size, 40);
  expect(pairs.values).toBeAllClose(spectrum.subarray(0, 40), {rtol: 1e-12}); // the residual's square, and rounding
  const {residual, skew} = errors(matrix, size, pairs);
  expect(residual).toBeLessThan(1e-7 * 10);
  expect(skew).toBeLessThan(1e-12);
  expect(await eigenpairs(matrix, size, 40, undefined, 2)).toEqual(pairs);
});

test.each([
  ["fewer eigenvalues than wanted that are not zero", (i: number) => (i < 5 ? 5 - i : 0)],
  ["more equal ones than wanted", (i: number) => (i < 120 ? 2 : 1)],
  ["no gap anywhere", (i: number) => 1 - i / 400],
  ["one that is a million times the next", (i: number) => (i === 0 ? 1e6 : 1 / (1 + i))],
  ["nothing but zero", () => 0],
])("eigenpairs where there are %s", async (_, value) => {
  const size = 300;
  const spectrum = Float64Array.from({length: size}, (_, i) => value(i));
  const matrix = withSpectrum(spectrum);
  const pairs = await eigenpairs(matrix, size, 21);
  const largest = spectrum[0];
  const {residual, skew} = errors(matrix, size, pairs);
  expect(residual).toBeLessThanOrEqual(1e-7 * largest);
  expect(skew).toBeLessThan(1e-11);
  // there is an eigenvalue within the residual of each value found
  expect(pairs.values).toBeAllClose(spectrum.subarray(0, 21), {atol: 1e-7 * largest, rtol: 0});
});

test("a tolerance of 1e-4 loses less than a millionth of the variance that 50 components can hold", async () => {
  const size = 400;
  const spectrum = Float64Array.from({length: size}, (_, i) => 90 / (1 + i) ** 1.05); // about that of a network's layer
  const matrix = withSpectrum(spectrum);
  const pairs = await eigenpairs(matrix, size, 50, 1e-4);
  expect(errors(matrix, size, pairs).residual).toBeLessThan(1e-4 * 90);
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  const lost = 1 - sum(pairs.values) / sum(spectrum.subarray(0, 50));
  expect(Math.abs(lost)).toBeLessThan(1e-6);
});

test.each([
  ["one number", 1, () => -3],
  ["two", 2, (i: number) => 5 - 7 * i],
  ["an odd size, and equal ones", 7, (i: number) => (i < 3 ? 2 : -i)],
  ["sizes far apart", 40, (i: number) => 10 ** (6 - i / 4)],
  ["nothing but zero", 6, () => 0],
])("all eigenpairs of a small matrix, largest first: %s", async (_, size, value) => {
  const spectrum = Float64Array.from({length: size}, (_, i) => value(i)).sort((a, b) => b - a);
  const matrix = size === 1 ? spectrum.slice() : withSpectrum(spectrum);
  for (let a = 0; a < size; a++) for (let b = a + 1; b < size; b++) matrix[a * size + b] = Number.NaN; // is not read
  const workspace = await openWorkspace(1);
  const mark = workspace.arena.mark();
  const pairs = diagonalised(workspace, matrix, size);
  expect(workspace.arena.mark()).toBe(mark);
  workspace.close();
  for (let a = 0; a < size; a++) for (let b = a + 1; b < size; b++) matrix[a * size + b] = matrix[b * size + a];
  const scale = Math.max(...spectrum.map(Math.abs), 1e-300);
  expect(pairs.values).toBeAllClose(spectrum, {atol: 1e-14 * scale, rtol: 0});
  const {residual, skew} = errors(matrix, size, pairs);
  expect(residual).toBeLessThanOrEqual(1e-13 * scale);
  expect(skew).toBeLessThan(1e-13);
});

test("products in single precision are those in double to 1e-6 of the largest", async () => {
  for (const size of [30, 31]) {
    const matrix = withSpectrum(Float64Array.from({length: size}, (_, i) => 1 / (1 + i)));
    const vectors = Float64Array.from(cloud(4, size, 9).values);
    const workspace = await openWorkspace(1);
    const exact = await loadSymmetric(workspace, matrix, size).times(vectors);
    const single = await loadSymmetric(workspace, matrix, size, "single").times(vectors);
    workspace.close();
    expect(single).toBeAllClose(exact, {atol: 1e-6 * Math.max(...exact.map(Math.abs)), rtol: 0});
    expect(single).not.toEqual(exact);
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

test.each(["feature", "global", "none"] as const)(
  "components of columns scaled on the way (%s) are those of scaled ones",
  async (scaling: Scaling) => {
    const spread = cloud(700, 150, 7);
    for (let e = 0; e < spread.values.length; e++)
      spread.values[e] = 3 + (e % 150 === 4 ? 2 : (e % 7) * spread.values[e]);
    const workspace = await openWorkspace(2);
    const direct = await principalComponents(workspace, spread, 10, {scaling});
    workspace.close();
    const twice = await pca(standardised(spread, scaling), 10);
    expect(direct.variances).toBeAllClose(twice.variances, {rtol: 1e-6}); // numbers of single precision, scaled once or twice
    expect(direct.explained).toBeCloseTo(twice.explained, 6);
    expect(relativeError(direct.scores.values, twice.scores.values)).toBeLessThan(1e-4);
  },
);

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
