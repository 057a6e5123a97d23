import {describe, expect, test} from "vitest";

import {decayFit, decayWords} from "../../src/numbers/decay-fit";
import {leastOf} from "../../src/numbers/least-of";

describe("the least of a function", () => {
  test.each([
    ["between two of the places that are tried", (x: number) => (x - 1.3) ** 2, 1.3],
    ["at the lower end", (x: number) => x, 0],
    ["at the upper end", (x: number) => -x, 10],
    ["in the deeper of two valleys", (x: number) => Math.min((x - 2) ** 2, (x - 8) ** 2 - 1), 8],
  ])("is found %s", (_, value, expected) => {
    expect(leastOf(value, 0, 10, 11)).toBeCloseTo(expected, 6);
    expect(leastOf((x) => value(x - 3), 3, 13, 11)).toBeCloseTo(expected + 3, 6);
  });
});

describe("a decay", () => {
  const points = (a: number, b: number, c: number, xs: readonly number[]) =>
    xs.map((x) => [x, a * Math.exp(-b * x) + c] as const);
  const xs = [1, 1.5, 2, 3, 4];

  test.each([
    [3, 2, 0.5],
    [-2, 0.7, 1],
    [10, 1, -0.25],
  ])("that the points follow is found: a = %d, b = %d, c = %d", (a, b, c) => {
    const fit = decayFit(points(a, b, c, xs));
    expect(fit?.a).toBeCloseTo(a, 5);
    expect(fit?.b).toBeCloseTo(b, 5);
    expect(fit?.c).toBeCloseTo(c, 5);
    expect(fit?.error).toBeCloseTo(0, 10);
  });

  test("is measured from 0, wherever the first point lies", () => {
    const fit = decayFit(points(3, 1, 0.5, [2, 2.5, 3, 4, 5]));
    expect(fit?.a).toBeCloseTo(3, 4);
    expect(fit?.b).toBeCloseTo(1, 4);
    const slow = decayFit(points(3, 0.02, 0.5, [0, 10, 20, 50, 100])); // a rate as the length allows
    expect(slow?.b).toBeCloseTo(0.02, 6);
  });

  test("that they follow roughly has the mean of the squares that remain", () => {
    const noise = [0.01, -0.02, 0.02, -0.01, 0.01];
    const near = points(3, 2, 0.5, xs).map(([x, y], n) => [x, y + noise[n]] as const);
    const fit = decayFit(near);
    if (!fit) throw new Error("expected a fit");
    const squares = near.map(([x, y]) => (fit.a * Math.exp(-fit.b * x) + fit.c - y) ** 2);
    expect(fit.error).toBeCloseTo(squares.reduce((sum, v) => sum + v, 0) / 5, 10);
    expect(fit.error).toBeLessThan(noise.reduce((sum, v) => sum + v * v, 0) / 5);
    expect(fit.error).toBeGreaterThan(0);
  });

  test("needs four points at more than one place", () => {
    expect(decayFit(points(3, 2, 0.5, xs.slice(0, 3)))).toBeUndefined();
    expect(decayFit(points(3, 2, 0.5, xs.slice(0, 4)))?.b).toBeCloseTo(2, 4);
    expect(decayFit(points(3, 2, 0.5, [1, 1, 1, 1]))).toBeUndefined();
  });

  test("is written as a formula, with the sign of what it falls to", () => {
    expect(decayWords({a: 3, b: 2, c: -0.5, error: 0})).toBe("3.0 e^(−2.0 x) − 0.50");
    expect(decayWords({a: 3, b: 2, c: 0.512, error: 0})).toBe("3.0 e^(−2.0 x) + 0.51");
    expect(decayWords({a: 3, b: 2, c: 0, error: 0})).toBe("3.0 e^(−2.0 x) + 0.0");
  });
});
