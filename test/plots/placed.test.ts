import {expect, test} from "vitest";
import {randomSource} from "../../src/nouns/random";
import {densest} from "../../src/plots/densest";
import {drawingOrder, placed} from "../../src/plots/placed";

test("points in the plane are drawn by the fractional part of i / φ, as sorting gives it", () => {
  const counts = [...Array.from({length: 300}, (_, n) => n), 987, 988, 10_000, 60_000];
  for (const n of counts) {
    const part = Float64Array.from({length: n}, (_, i) => (i * 0.6180339887498949) % 1);
    const sorted = Uint32Array.from(part.keys()).sort((a, b) => part[a] - part[b]);
    expect(drawingOrder(n)).toEqual(sorted);
  }
});

test("points in space are drawn the farthest first", () => {
  expect([...drawingOrder(4, Float64Array.of(0.5, 1, 0, 0.25))]).toEqual([2, 3, 0, 1]);
});

test("points fill the square in one scale, y upwards, the middle of what they reach in its middle", () => {
  const {xs, ys, depth} = placed(Float32Array.of(0, 0, 4, 0, 2, 2), 3, {left: 10, top: 20, side: 100});
  const edge = 3.4; // of a side of 100
  expect([...xs]).toEqual([10 + edge, 110 - edge, 60].map((x) => expect.closeTo(x, 9)));
  expect(ys[0] - ys[2]).toBeCloseTo((xs[1] - xs[0]) / 2, 9);
  expect((ys[0] + ys[2]) / 2).toBeCloseTo(70, 9);
  expect(depth).toBeUndefined();
});

test("turning points in space keeps their distances, and depth goes from 0 to 1", () => {
  const random = randomSource(2);
  const points = Float32Array.from({length: 60}, () => random() - 0.5);
  const square = {left: 0, top: 0, side: 1};
  const {xs, ys, depth = new Float64Array(0)} = placed(points, 20, square);
  expect([Math.min(...depth), Math.max(...depth)]).toEqual([0, 1]);
  const flat = (i: number, j: number) => (xs[i] - xs[j]) ** 2 + (ys[i] - ys[j]) ** 2;
  const full = (i: number, j: number) =>
    [0, 1, 2].reduce((sum, d) => sum + (points[3 * i + d] - points[3 * j + d]) ** 2, 0);
  // What is not seen of a distance is along the line of sight: full² = (flat² / scale² + (reach of depth · Δdepth)²).
  const rows = [
    [0, 1],
    [2, 3],
    [4, 5],
    [6, 7],
  ].map(([i, j]) => ({a: flat(i, j), b: (depth[i] - depth[j]) ** 2, d: full(i, j)}));
  const [p, q] = rows;
  const determinant = p.a * q.b - q.a * p.b;
  const [u, v] = [(p.d * q.b - q.d * p.b) / determinant, (p.a * q.d - q.a * p.d) / determinant];
  for (const {a, b, d} of rows) expect(u * a + v * b).toBeCloseTo(d, 6);
});

test("a class is named in the middle of the points in and around its fullest cell, found by looking at each", () => {
  const random = randomSource(3);
  const [n, classes] = [400, 4];
  const square = {left: 5, top: 7, side: 40};
  const labels = Uint16Array.from({length: n}, () => Math.floor(random() * (classes - 1))); // none of the last
  const xs = Float64Array.from({length: n}, () => 5 + 40 * random() ** 2);
  const ys = Float64Array.from({length: n}, () => 7 + 40 * random());
  const middles = densest(xs, ys, labels, classes, square);
  expect(middles[classes - 1]).toBeUndefined();
  for (let k = 0; k < classes - 1; k++) {
    const own = Array.from(labels.keys()).filter((i) => labels[i] === k);
    const near = (row: number, column: number) =>
      own.filter(
        (i) => Math.abs(Math.floor((xs[i] - 5) / 2) - column) <= 1 && Math.abs(Math.floor((ys[i] - 7) / 2) - row) <= 1,
      );
    const cells = Array.from({length: 400}, (_, cell) => near(Math.floor(cell / 20), cell % 20));
    const best = cells.reduce((a, b) => (b.length > a.length ? b : a));
    const mean = (values: Float64Array) => best.reduce((sum, i) => sum + values[i], 0) / best.length;
    expect(middles[k]).toEqual([expect.closeTo(mean(xs), 12), expect.closeTo(mean(ys), 12)]);
  }
});
