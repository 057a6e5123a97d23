/** @file Small parts of t-SNE and UMAP, each by itself, with values worked by hand. */
import {describe, expect, test} from "vitest";

import {place, placeOf, tsne} from "../../src/tsne/index";
import {boxOf, readReports} from "../../src/tsne/neighbours/box";
import {placePoints, readPoints, writePoints} from "../../src/tsne/neighbours/points";
import {bestStretch, slopeBySize} from "../../src/tsne/neighbours/radius";
import {principalStart} from "../../src/tsne/start";
import {openArena} from "../../src/tsne/threads/arena";
import {DATA_START, openTeam} from "../../src/tsne/threads/team";
import {forceTable, similarityCurve} from "../../src/tsne/umap/curve";
import {fuzzyUnion, memberships} from "../../src/tsne/umap/fuzzy-graph";
import {cloud} from "../support/tsne-data";

describe("memory", () => {
  test("is handed out in lines of 128 bytes, with room to read past the end, and can be taken back", async () => {
    const team = await openTeam(1);
    const arena = openArena(team);
    expect(arena.allocate(64)).toBe(DATA_START);
    expect(arena.allocate(65)).toBe(DATA_START + 128);
    expect(arena.allocate(0)).toBe(DATA_START + 3 * 128);
    const mark = arena.mark();
    expect(mark).toBe(DATA_START + 4 * 128);
    const large = arena.allocate(3e6);
    arena.floats(large, 750_000).fill(1); // the memory has grown
    arena.release(mark);
    expect(arena.allocate(1)).toBe(mark);
    expect(() => arena.allocate(2 ** 32)).toThrow("t-SNE: expected to need at most 4 GiB, got 4.0");
    team.close();
  });

  test("keeps bytes that are moved down", async () => {
    const team = await openTeam(1);
    const arena = openArena(team);
    const at = arena.allocate(40);
    arena.integers(at, 4).set([1, 2, 3, 4]);
    arena.move(at + 4, at, 12);
    expect([...arena.integers(at, 4)]).toEqual([2, 3, 4, 4]);
    team.close();
  });

  test("holds points in their order, in the plane and in space, and far ones up to a multiple of four", async () => {
    const team = await openTeam(1);
    const arena = openArena(team);
    const order = Int32Array.of(2, 0, 1);
    const plane = writePoints(arena, [1, 2, 3, 4, 5, 6], 2, order);
    expect([...arena.floats(plane, 8)]).toEqual([5, 6, 1, 2, 3, 4, Math.fround(1e15), Math.fround(1e15)]);
    expect([...readPoints(arena, plane, 2, order)]).toEqual([1, 2, 3, 4, 5, 6]);
    const space = writePoints(arena, [1, 2, 3, 4, 5, 6, 7, 8, 9], 3, order);
    const far = Math.fround(1e15);
    expect([...arena.floats(space, 16)]).toEqual([7, 8, 9, 0, 1, 2, 3, 0, 4, 5, 6, 0, far, far, far, 0]);
    expect([...readPoints(arena, space, 3, order)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    placePoints(arena, plane, [9, 8, 7, 6, 5, 4], 2, order);
    expect([...readPoints(arena, plane, 2, order)]).toEqual([9, 8, 7, 6, 5, 4]);
    team.close();
  });

  test("of several threads has room for four jobs at a time", async () => {
    const team = await openTeam(2);
    const job = {kernel: "attract2", tasks: 0, args: []} as const;
    team.run(job, job, job, job);
    expect(() => team.run(job, job, job, job, job)).toThrow("jobs: expected at most 4, got 5");
    team.close();
  });
});

describe("reports of the threads", () => {
  /** A report: the least and the greatest of four lanes, and a sum of squares. */
  const report = (low: readonly number[], high: readonly number[], squares: number) => {
    const bytes = new ArrayBuffer(48);
    new Float32Array(bytes).set([...low, ...high]);
    new Float64Array(bytes)[4] = squares;
    return new Float32Array(bytes);
  };
  const all = (...parts: readonly Float32Array[]) => {
    const found = new Float32Array(12 * parts.length);
    for (const [n, part] of parts.entries()) found.set(part, 12 * n);
    return found;
  };

  test("make one box of the plane, whose corners stand twice in each, or of space", () => {
    const two = all(report([1, 2, 0, 3], [5, 6, 7, 4], 9), report([4, 1, 3, 9], [4, 4, 4, 8], 16));
    expect(readReports(two, 2)).toEqual({box: [0, 1, 7, 8], gradientNorm: 5});
    const space = all(report([1, 2, 3, -9], [4, 5, 6, 99], 1), report([0, 3, 4, -9], [3, 9, 5, 99], 3));
    expect(readReports(space, 3)).toEqual({box: [0, 2, 3, 4, 9, 6], gradientNorm: 2});
  });

  test("are of a box as wide as the points", () => {
    expect(boxOf(Float32Array.of(3, -1, 2, 4), 2)).toEqual([2, -1, 3, 4]);
    expect(boxOf(Float32Array.of(3, -1, 2), 3)).toEqual([3, -1, 2, 3, -1, 2]);
  });
});

test("the slope of the divergence by a map's size is the points' product with its gradient", () => {
  const [points, attraction] = [Float32Array.of(1, 2), Float32Array.of(0.5, 1)];
  const repulsion = [Float32Array.of(2, 4), Float32Array.of(0, 8)];
  // 4 (1 (0.5 − 2 / 4) + 2 (1 − 12 / 4))
  expect(slopeBySize(points, attraction, repulsion, 4)).toBeCloseTo(-16, 6);
  expect(bestStretch(() => 0.01)).toBe(1); // flat enough
});

describe("the place of a new row", () => {
  const line = {rows: 7, columns: 1, values: Float32Array.of(0, 1, 2, 3, 4, 5, 6)};
  const at = (value: number) => ({rows: 1, columns: 1, values: Float32Array.of(value)});

  test("has equally near rows in their order, as many as there are, and at least one", () => {
    expect([...place(line, at(3), {count: 7}).near]).toEqual([3, 2, 4, 1, 5, 0, 6]);
    expect([...place(line, at(3), {count: 6, except: 3}).near]).toEqual([2, 4, 1, 5, 0, 6]);
    expect(place(line, at(3)).count).toBe(5);
    for (const count of [0, 8])
      expect(() => place(line, at(3), {count})).toThrow(`count: expected 1 to 7, got ${count}`);
    expect(() => place(line, at(3), {count: 7, except: 3})).toThrow("count: expected 1 to 6, got 7");
  });

  test("is among five neighbours though more are known, in the plane and in space", () => {
    const rows = {rows: 2, columns: 1, values: Float32Array.of(0, 3)};
    const placement = place(line, rows, {count: 7});
    const points = [0, 0, 0, 1, 10, 0, 2, 0, 5, 3, 0, 0, 4, 0, 0, 5, 50, 0, 6, 0, 0];
    // row 1, at 3: itself with 1 / 0.05, 2 and 4 with 1 / 1.05, 1 and 5 with 1 / 4.05
    const [own, near, far] = [1 / 0.05, 1 / 1.05, 1 / 4.05];
    const total = own + 2 * near + 2 * far;
    const [x, y, z] = placeOf(placement, 1, points, 3);
    expect([x, y, z]).toBeAllClose([3, (10 * far + 50 * far) / total, (5 * near) / total], {rtol: 1e-6});
    const flat = points.filter((_, n) => n % 3 < 2);
    expect(placeOf(placement, 1, flat)).toBeAllClose([3, (60 * far) / total], {rtol: 1e-6});
  });
});

describe("a start by principal components", () => {
  async function startOf(rows: readonly (readonly number[])[], dimensions: 2 | 3) {
    const team = await openTeam(1);
    const data = {rows: rows.length, columns: rows[0].length, values: Float32Array.from(rows.flat())};
    const points = await principalStart({team, arena: openArena(team)}, data, dimensions);
    team.close();
    return points;
  }

  test("is a ten-thousandth wide along the longest axis, and its farthest point lies on the positive side", async () => {
    // on a line, and −5 is farther from the mean, 0, than all others
    const line = [-5, 1, 1, 3];
    const points = await startOf(
      line.map((t) => [3 + 2 * t, 4 - t, 2 * t]),
      2,
    );
    const deviation = Math.sqrt(line.reduce((sum, t) => sum + t * t, 0) / 4);
    const firsts = [0, 1, 2, 3].map((n) => 1e4 * points[2 * n]);
    expect(firsts).toBeAllClose(
      line.map((t) => -t / deviation),
      {rtol: 1e-4},
    );
    for (const n of [0, 1, 2, 3]) expect(Math.abs(1e4 * points[2 * n + 1])).toBeLessThan(1e-3);
  });

  test("keeps the proportion of two axes, and has zeros where the data have no more columns", async () => {
    const cross = [[4, 0], [-4, 0], [0, 1], [0, -1]]; // biome-ignore format: a row a point
    const points = await startOf(cross, 3);
    const deviation = Math.sqrt(32 / 4);
    expect(Math.abs(1e4 * points[0])).toBeCloseTo(4 / deviation, 4);
    expect(Math.abs(1e4 * points[7])).toBeCloseTo(1 / deviation, 4);
    expect([points[2], points[5], points[8], points[11]]).toEqual([0, 0, 0, 0]);
    const same = await startOf([[1, 2], [1, 2], [1, 2]], 2); // biome-ignore format: a row a point
    expect([...same].every((v) => v === 0)).toBe(true);
  });
});

describe("UMAP", () => {
  test("has memberships that add up to the logarithm of the neighbours, the nearest of which is 1", async () => {
    const distances = Float32Array.of(1, 2, 3, 0, 0.5, 4);
    const lists = {rows: 2, count: 3, near: Int32Array.of(1, 1, 1, 0, 0, 0), distances};
    const weights = await memberships(lists);
    expect(weights[0]).toBe(1);
    expect(weights[0] + weights[1] + weights[2]).toBeCloseTo(2, 4); // log2 of 4
    expect(weights[1] ** 2).toBeCloseTo(weights[2], 5); // exp(−1 / σ) and exp(−2 / σ)
    expect([weights[3], weights[4]]).toEqual([1, 1]); // an equal row, and the nearest that is not
    expect(weights[5]).toBeLessThan(0.01); // there is nothing left to add
  });

  test("gives rows that are all equal the weight 1", async () => {
    const lists = {rows: 2, count: 1, near: Int32Array.of(1, 0), distances: new Float32Array(2)};
    expect([...(await memberships(lists))]).toEqual([1, 1]);
  });

  test("joins what two rows say of each other, u + v − u v", async () => {
    // 0 names 2 and 1, 1 names 0 and 2, 2 names 0 and 1
    const lists = {rows: 3, count: 2, near: Int32Array.of(2, 1, 0, 2, 0, 1), distances: new Float32Array(6)};
    const weights = Float32Array.of(0.5, 1, 0.25, 0.125, 0.5, 0);
    const {starts, ends, weights: joint} = await fuzzyUnion(lists, weights);
    expect([...starts]).toEqual([0, 2, 4, 6]);
    expect([...ends]).toEqual([1, 2, 0, 2, 0, 1]);
    expect([...joint]).toEqual([1, 0.75, 1, 0.125, 0.75, 0.125]);
  });

  test("joins what one row alone says of another", async () => {
    const lists = {rows: 3, count: 1, near: Int32Array.of(1, 2, 1), distances: new Float32Array(3)};
    const {starts, ends, weights} = await fuzzyUnion(lists, Float32Array.of(0.5, 0.25, 0.5));
    expect([...starts]).toEqual([0, 1, 3, 4]);
    expect([...ends]).toEqual([1, 0, 2, 1]);
    expect([...weights]).toEqual([0.5, 0.5, 0.625, 0.625]);
  });

  test.each([0, 0.1, 0.8])("has the curve of the least squares for a least distance of %d", (minDistance) => {
    const distances = Array.from({length: 300}, (_, s) => (3 * s) / 299);
    const errorOf = (a: number, b: number) =>
      distances.reduce((sum, d) => {
        const wanted = d < minDistance ? 1 : Math.exp(minDistance - d);
        return sum + (wanted - 1 / (1 + a * d ** (2 * b))) ** 2;
      }, 0);
    const {a, b} = similarityCurve(minDistance);
    for (const [byA, byB] of [[1.001, 1], [0.999, 1], [1, 1.001], [1, 0.999]]) // biome-ignore format: pairs
      expect(errorOf(a * byA, b * byB)).toBeGreaterThan(errorOf(a, b));
  });

  test("pulls and pushes by the slopes of that curve", () => {
    const [a, b] = [1.5, 0.75];
    const table = forceTable({a, b});
    expect(table).toHaveLength(2 * (40 * 128 + 1));
    const at = (doublings: number) => [...table.subarray(2 * 128 * (20 + doublings), 2 * 128 * (20 + doublings) + 2)];
    for (const doublings of [-20, -1, 0, 2, 20]) {
      const squared = 2 ** doublings;
      const share = 1 + a * squared ** b;
      expect(at(doublings)).toBeAllClose(
        [(-2 * a * b * squared ** (b - 1)) / share, (2 * b) / ((0.001 + squared) * share)],
        {rtol: 1e-6},
      );
    }
  });
});

describe("a descent", () => {
  const data = cloud(20, 3, 1);
  const map = (options: object) => tsne(data, {perplexity: 5, threads: 1, ...options});

  test.each([
    [{iterations: -1}, "iterations: expected 0 or more, got -1"],
    [{minGradientNorm: Number.NaN}, "minGradientNorm: expected 0 or more, got NaN"],
    [{exaggeration: 0}, "exaggeration: expected more than 0, got 0"],
    [{every: 0}, "every: expected more than 0, got 0"],
    [{repulsion: "tree"}, "repulsion: expected mesh or all-pairs for a map of 2 dimensions, got tree"],
    [{repulsion: "mesh", dimensions: 3}, "repulsion: expected tree or all-pairs for a map of 3 dimensions, got mesh"],
    [{dimensions: 4}, "dimensions: expected 2 or 3, got 4"],
    [{start: "random"}, "random: expected a source of numbers for a random start, got none"],
    [{start: new Float32Array(39)}, "start: expected 20 × 2 = 40 numbers, got an array of 39"],
  ])("with %j is refused", async (options, words) => {
    await expect(map(options)).rejects.toThrow(words);
  });

  test("takes as many iterations as are asked for, none among them, and tells of them", async () => {
    const start = Float32Array.from({length: 40}, (_, i) => Math.sin(i));
    expect(await map({iterations: 0, start})).toMatchObject({points: start, iterations: 0});
    const told: number[] = [];
    const {iterations} = await map({iterations: 25, every: 10, onProgress: ({iteration}: {iteration: number}) => void told.push(iteration)}); // biome-ignore format: one line
    expect([iterations, told]).toEqual([25, [10, 20]]);
  });

  test("ends where its gradient is small enough, which is looked at each 50 iterations after the exaggeration", async () => {
    const ended = async (exaggerationIterations: number, minGradientNorm: number) =>
      (await map({iterations: 210, exaggerationIterations, minGradientNorm})).iterations;
    expect(await ended(0, 1e9)).toBe(50);
    expect(await ended(60, 1e9)).toBe(100);
    expect(await ended(100, 1e9)).toBe(150); // the hundredth is exaggerated
    expect(await ended(0, 0)).toBe(210);
  });
});
