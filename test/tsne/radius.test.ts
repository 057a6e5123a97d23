import {expect, test} from "vitest";
import {embed, openNeighbourhood, radiusOf, stretched} from "../../src/tsne/index";
import {bestStretch} from "../../src/tsne/neighbours/radius";
import {digits} from "../support/tsne-data";

test("a map's radius is the root mean square distance from its middle, and stretching multiplies it", () => {
  const square = Float32Array.of(5, 1, 7, 1, 5, 3, 7, 3); // a square of side 2 around (6, 2)
  expect(radiusOf(square, 2)).toBeCloseTo(Math.SQRT2, 12);
  expect([...stretched(square, 2, 3)]).toEqual([3, -1, 9, -1, 3, 5, 9, 5]);
  expect(radiusOf(Float32Array.of(1, 2, 3, 1, 2, 9), 3)).toBeCloseTo(3, 12); // two points of space, 6 apart
});

test("the best stretch is where the slope is zero, larger or smaller", () => {
  for (const factor of [0.4, 1, 1.3, 2.9]) {
    expect(bestStretch((f) => 0.3 * Math.log(f / factor))).toBeCloseTo(factor, 1);
    // a slope that levels off, as of a map: the divergence at what is found is within 1e-3 of the least, ln cosh 0 = 0
    const found = bestStretch((f) => 0.5 * Math.tanh(Math.log(f / factor)));
    expect(0.5 * Math.log(Math.cosh(Math.log(found / factor)))).toBeLessThan(1e-3);
  }
});

test("a slope without a zero leads no further than five times the size, and one that is flat nowhere", () => {
  expect(bestStretch(() => -0.3)).toBeCloseTo(5, 9);
  expect(bestStretch(() => 0.3)).toBeCloseTo(1 / 5, 9);
  expect(bestStretch(() => 0)).toBe(1);
});

const settings = {dimensions: 2, iterations: 160, exaggerationIterations: 120, lateLearningRate: 250} as const;

test.each([
  ["mesh", 2],
  ["all-pairs", 2],
  ["all-pairs", 3],
] as const)(
  "a map is stretched to the size of the least divergence: %s, %i dimensions",
  async (repulsion, dimensions) => {
    const data = digits(2000);
    const neighbourhood = await openNeighbourhood(data, {perplexity: 30, metric: "euclidean", threads: 1});
    const own = {...settings, repulsion, dimensions};
    const asGrown = await embed(neighbourhood, data, own);
    const {points, klDivergence} = await embed(neighbourhood, data, {...own, radius: "best"});
    expect(klDivergence).toBeLessThan(asGrown.klDivergence - 0.01);
    // the same shape
    const factor = radiusOf(points, dimensions) / radiusOf(asGrown.points, dimensions);
    expect(points).toBeAllClose(stretched(asGrown.points, dimensions, factor), {rtol: 1e-4, atol: 1e-3});
    // a slope below 0.01 where the curvature is about 0.3: no other size is better by more than 0.01² / 0.6
    for (const other of [0.8, 0.95, 1.05, 1.25]) {
      const divergence = await neighbourhood.divergence(stretched(points, dimensions, other), dimensions);
      expect(divergence).toBeGreaterThan(klDivergence - 3e-4);
    }
    neighbourhood.close();
  },
);

test("a map has the radius that was asked for, with iterations to settle in or without, and the same bits for two threads", async () => {
  const data = digits(2000);
  const maps = [];
  for (const threads of [1, 2]) {
    const neighbourhood = await openNeighbourhood(data, {perplexity: 30, metric: "euclidean", threads});
    for (const settling of [0, 10, 1000]) {
      const {points} = await embed(neighbourhood, data, {...settings, radius: 33, settling});
      expect(radiusOf(points, 2)).toBeCloseTo(33, 3);
      maps.push(points);
    }
    maps.push((await embed(neighbourhood, data, {...settings, radius: "best", settling: 10})).points);
    neighbourhood.close();
  }
  expect(maps.slice(4)).toEqual(maps.slice(0, 4));
  expect(maps[1]).not.toEqual(maps[0]);
});

test("a radius that is none is refused", async () => {
  const neighbourhood = await openNeighbourhood(digits(2000), {perplexity: 30, metric: "euclidean", threads: 1});
  for (const radius of [0, -1, NaN]) {
    await expect(embed(neighbourhood, digits(2000), {radius})).rejects.toThrow("radius: expected more than 0, got");
  }
  neighbourhood.close();
});
