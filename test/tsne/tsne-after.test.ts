import {describe, expect, test} from "vitest";

import {randomSource} from "../../src/nouns/random";
import {place, placeOf, tsne, tsneAfter} from "../../src/tsne/index";
import {cloud, digits} from "../support/tsne-data";

/** Root mean square of how far points moved, over the map's radius. */
function moved(from: Float32Array, to: Float32Array): number {
  const square = (values: Float32Array) => values.reduce((sum, v) => sum + v * v, 0);
  return Math.sqrt(square(to.map((v, i) => v - from[i])) / square(from));
}

describe("a map that continues from an earlier one", () => {
  test("of the same rows hardly moves, and of changed rows lowers the divergence it starts with", async () => {
    const data = digits(200);
    const {points, klDivergence} = await tsne(data, {perplexity: 20});
    const still = await tsneAfter(data, points, {perplexity: 20, mixing: false});
    expect(moved(points, still.points)).toBeLessThan(0.05);
    expect(still.klDivergence).toBeLessThan(klDivergence + 0.02);
    const noise = cloud(200, 50, 3, 1);
    const changed = {...data, values: data.values.map((v, i) => v + noise.values[i])};
    const stay = await tsne(changed, {perplexity: 20, start: points, iterations: 0});
    for (const mixing of [false, true]) {
      const next = await tsneAfter(changed, points, {perplexity: 20, mixing});
      expect(next.iterations).toBe(60);
      expect(next.klDivergence, `mixing ${mixing}`).toBeLessThan(stay.klDivergence);
    }
  });

  test("keeps the earlier map as it was", async () => {
    const data = cloud(60, 4, 1);
    const {points} = await tsne(data, {perplexity: 5, iterations: 50});
    const before = points.slice();
    await tsneAfter(data, points, {perplexity: 5, mixing: true});
    expect(points).toEqual(before);
  });
});

describe("the place of new rows on a map", () => {
  const data = cloud(40, 3, 5);
  const rows = cloud(7, 3, 6);

  test("is among the nearest of all rows, nearest first", () => {
    const {near, distances} = place(data, rows, {count: 4});
    for (let r = 0; r < 7; r++) {
      const far = Array.from({length: 40}, (_, n) =>
        Math.hypot(...[0, 1, 2].map((c) => data.values[3 * n + c] - rows.values[3 * r + c])),
      );
      const sorted = far.map((_, n) => n).sort((a, b) => far[a] - far[b]);
      expect([...near.subarray(4 * r, 4 * r + 4)]).toEqual(sorted.slice(0, 4));
      for (let q = 0; q < 4; q++) expect(distances[4 * r + q]).toBeCloseTo(far[sorted[q]], 5);
    }
  });

  test("is the weighted mean of five places: worked by hand", () => {
    const line = {rows: 5, columns: 1, values: Float32Array.of(0, 1, 2, 3, 4)};
    const placement = place(line, {rows: 1, columns: 1, values: Float32Array.of(0)});
    expect([...placement.distances]).toEqual([0, 1, 2, 3, 4]);
    const weights = [0, 1, 2, 3, 4].map((d) => 1 / (d * d + 0.05));
    const total = 20 + 1 / 1.05 + 1 / 4.05 + 1 / 9.05 + 1 / 16.05;
    expect(weights.reduce((a, b) => a + b)).toBeCloseTo(total, 12);
    const [x, y] = placeOf(placement, 0, [10, 0, 20, 0, 30, 0, 40, 0, 50, 1]);
    expect(x).toBeCloseTo((10 * 20 + 20 / 1.05 + 30 / 4.05 + 40 / 9.05 + 50 / 16.05) / total, 10);
    expect(y).toBeCloseTo(1 / 16.05 / total, 10);
  });

  test("of a row of the map itself leaves that row out where it is asked to", () => {
    const own = {rows: 1, columns: 3, values: data.values.slice(27, 30)};
    expect(place(data, own).near[0]).toBe(9);
    const {near} = place(data, own, {except: 9});
    expect([...near]).not.toContain(9);
  });

  test("refuses more neighbours than there are, and rows of another width", () => {
    expect(() => place(data, rows, {count: 41})).toThrow("count: expected 1 to 40, got 41");
    expect(() => place(data, cloud(2, 4, 1))).toThrow("rows: expected 3 columns, got 4");
    const random = randomSource(1);
    const values = Float32Array.from({length: 3}, random);
    expect(() => place({rows: 1, columns: 3, values}, rows, {count: 1, except: 0})).toThrow("count: expected 1 to 0");
  });
});
