import {describe, expect, test} from "vitest";
import {trustworthiness} from "../../src/pipeline/maps/projection-quality";
import {type Matrix, openNeighbourhood} from "../../src/tsne/index";
import {jointProbabilities, klDivergence, nearestNeighbours} from "../../src/tsne/reference";
import {cloud, digits, relativeError} from "../support/tsne-data";

const settings = {perplexity: 30, metric: "euclidean", threads: 1} as const;

async function opened(
  data: Matrix,
  given: Partial<{perplexity: number; metric: "euclidean" | "cosine"; threads: number}> = {},
) {
  return openNeighbourhood(data, {...settings, ...given});
}

/** [n][n], from sparse rows. */
function dense(n: number, p: {starts: ArrayLike<number>; columns: ArrayLike<number>; values: ArrayLike<number>}) {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let e = p.starts[i]; e < p.starts[i + 1]; e++) out[i * n + p.columns[e]] += p.values[e];
  return out;
}

test.each([
  [203, 13],
  [203, 3],
  [128, 50],
  [301, 8],
  [97, 1],
])("finds the nearest of %i rows of %i columns as brute force does", async (rows, columns) => {
  const data = cloud(rows, columns, rows);
  const neighbourhood = await opened(data, {perplexity: 10});
  expect(neighbourhood.nearest(31)).toEqual(nearestNeighbours(data, 31).indices);
});

test("of equal distances takes the lower index", async () => {
  const values = Float32Array.from({length: 120}, (_, i) => Math.floor(i / 8)); // eight of each
  const neighbourhood = await opened({rows: 120, columns: 1, values}, {perplexity: 3});
  expect([...neighbourhood.nearest(7).subarray(7 * 13, 7 * 14)]).toEqual([8, 9, 10, 11, 12, 14, 15]);
});

test("joint probabilities are the reference's to single precision, symmetric, and sum to 1", async () => {
  const data = digits(200);
  const neighbourhood = await opened(data);
  const p = dense(200, neighbourhood.joint());
  expect(neighbourhood.k).toBe(91);
  expect(relativeError(p, dense(200, jointProbabilities(data, 30, 91)))).toBeLessThan(2e-5);
  expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  for (let i = 0; i < 200; i++) for (let j = 0; j < i; j++) expect(p[i * 200 + j]).toBe(p[j * 200 + i]);
});

test("turning, moving and scaling the data changes no probability", async () => {
  const data = cloud(150, 3, 5);
  const [sin, cos] = [Math.sin(1), Math.cos(1)];
  const turned = Float32Array.from(data.values, (_, e) => {
    const [x, y, z] = data.values.subarray(e - (e % 3), e - (e % 3) + 3);
    return 100 + 50 * [cos * x - sin * y, sin * x + cos * y, z][e % 3];
  });
  const [a, b] = [await opened(data), await opened({...data, values: turned})];
  expect(relativeError(dense(150, b.joint()), dense(150, a.joint()))).toBeLessThan(1e-3); // 100 ± 50 keeps five digits
});

test("by cosine, the lengths of rows do not matter", async () => {
  const data = cloud(150, 10, 6);
  const longer = data.values.map((v, e) => v * (1 + (Math.floor(e / 10) % 7)));
  const [a, b] = [await opened(data, {metric: "cosine"}), await opened({...data, values: longer}, {metric: "cosine"})];
  expect(relativeError(dense(150, b.joint()), dense(150, a.joint()))).toBeLessThan(1e-5);
});

test.each([2, 3] as const)("the divergence of a map of %i dimensions is the reference's", async (dimensions) => {
  const data = digits(200);
  const neighbourhood = await opened(data);
  for (const scale of [0.01, 1, 30]) {
    const {values} = cloud(200, dimensions, 7, scale);
    const exact = klDivergence(jointProbabilities(data, 30, 91), values, dimensions);
    expect(await neighbourhood.divergence(values, dimensions)).toBeCloseTo(exact, 4);
  }
});

test.each([2, 3] as const)(
  "trustworthiness and continuity of %i dimensions are those of the slow way",
  async (dimensions) => {
    const data = digits(200);
    const map = cloud(200, dimensions, 8);
    map.values.set(
      data.values.filter((_, e) => e % 50 === 0),
      0,
    ); // partly right
    const {
      trustworthiness: trust,
      continuity,
      neighbours,
    } = await (await opened(data)).quality(map.values, dimensions, 12);
    expect(trust).toBeCloseTo(trustworthiness(data, map, 12), 9); // ranks are whole numbers: equal unless two tie in rounding
    expect(continuity).toBeCloseTo(trustworthiness(map, data, 12), 9);
    expect(neighbours).toEqual(nearestNeighbours(map, 12).indices);
  },
);

test("ranks counted among a share of the others give the same trustworthiness and continuity, nearly", async () => {
  const data = digits(2000);
  const map = {rows: 2000, columns: 2, values: data.values.filter((_, e) => e % 50 < 2)};
  const neighbourhood = await opened(data);
  const all = await neighbourhood.quality(map.values, 2, 12);
  const some = await neighbourhood.quality(map.values, 2, 12, 250);
  expect([all.among, some.among]).toEqual([1999, 250]);
  // 24,000 neighbours' ranks r, each off by about √(7 r), those of 32 rows together: some 1 % of 1 − trustworthiness
  expect(Math.abs(some.trustworthiness - all.trustworthiness)).toBeLessThan(0.02 * (1 - all.trustworthiness));
  expect(Math.abs(some.continuity - all.continuity)).toBeLessThan(0.02 * (1 - all.continuity));
  expect((await neighbourhood.quality(map.values, 2, 12, 1001)).trustworthiness).toBe(all.trustworthiness);
});

test("and so they do where rows come class by class, and some are equal", async () => {
  const sorted = cloud(3000, 8, 12);
  for (let e = 0; e < sorted.values.length; e++) sorted.values[e] += 6 * Math.floor(e / 8 / 500);
  for (let r = 100; r < 400; r++) sorted.values.copyWithin(r * 8, (r % 10) * 8, (r % 10) * 8 + 8);
  const map = {rows: 3000, columns: 2, values: sorted.values.filter((_, e) => e % 8 < 2)};
  const neighbourhood = await opened(sorted);
  const all = await neighbourhood.quality(map.values, 2, 12, 3000);
  const some = await neighbourhood.quality(map.values, 2, 12);
  expect([all.among, some.among]).toEqual([2999, 300]);
  expect(Math.abs(some.trustworthiness - all.trustworthiness)).toBeLessThan(0.02 * (1 - all.trustworthiness));
  expect(Math.abs(some.continuity - all.continuity)).toBeLessThan(0.02 * (1 - all.continuity));
});

test("gives the same bits with 1, 2 and 4 threads", async () => {
  const data = cloud(700, 20, 9);
  const [one, two, four] = await Promise.all([1, 2, 4].map((threads) => opened(data, {threads})));
  for (const other of [two, four]) {
    expect(other.joint()).toEqual(one.joint());
    const map = cloud(700, 2, 10).values;
    expect(await other.quality(map, 2, 12)).toEqual(await one.quality(map, 2, 12));
    expect(await other.divergence(map, 2)).toBe(await one.divergence(map, 2));
    other.close();
  }
});

describe("hard data", () => {
  const sums = async (data: Matrix, perplexity = 10) => {
    const {values} = (await opened(data, {perplexity})).joint();
    expect(values.every(Number.isFinite)).toBe(true);
    return values.reduce((a, b) => a + b, 0);
  };

  test("more duplicates than neighbours share their probability", async () => {
    const data = cloud(300, 6, 11);
    data.values.copyWithin(0, 0, 0);
    for (let i = 0; i < 100; i++) data.values.set([1, 2, 3, 4, 5, 6], i * 6);
    expect(await sums(data)).toBeCloseTo(1, 5);
  });

  test("all points the same", async () => {
    expect(await sums({rows: 100, columns: 4, values: new Float32Array(400).fill(3)})).toBeCloseTo(1, 5);
  });

  test("constant features", async () => {
    const data = cloud(100, 4, 12);
    for (let i = 0; i < 100; i++) data.values[i * 4 + 2] = 7;
    expect(await sums(data)).toBeCloseTo(1, 5);
  });

  test("outliers at ten thousand leave the others' neighbours as they are", async () => {
    const data = cloud(300, 20, 13);
    for (let i = 0; i < 3; i++) for (let c = 0; c < 20; c++) data.values[i * 20 + c] *= 1e4;
    const near = (await opened(data, {perplexity: 10})).nearest(10);
    const exact = nearestNeighbours(data, 10).indices;
    const same = near.filter((j, e) => j === exact[e]).length;
    expect(same / near.length).toBeGreaterThan(0.999); // a few distances tie in single precision
    expect(await sums(data)).toBeCloseTo(1, 5);
  });

  test("NaN and infinity are refused, with their place", async () => {
    const data = cloud(100, 4, 14);
    data.values[4 * 17 + 2] = Number.NaN;
    await expect(opened(data)).rejects.toThrow("data: expected finite numbers, got NaN at row 17, column 2");
  });

  test("a perplexity that needs more points than there are is refused", async () => {
    await expect(opened(cloud(60, 4, 15))).rejects.toThrow("perplexity: expected 1 to 19.6");
  });
});
