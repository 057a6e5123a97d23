import {expect, test} from "vitest";
import {resolveOptions} from "../../../src/nouns/options";
import {randomSource} from "../../../src/nouns/random";
import {standardised} from "../../../src/pipeline/maps/linear/standardise";
import {mapRows, mapSettings} from "../../../src/pipeline/maps/map-rows";
import {trustworthiness} from "../../../src/pipeline/maps/projection-quality";
import {sampledTrustworthiness, sampleSizes, trustworthinessFrom} from "../../../src/pipeline/maps/sampled-trust";
import type {Matrix} from "../../../src/tsne/index";

/** Rows of four factors, columns of unequal spread, and much noise: few components leave a part of what tells them apart. */
function noisyRows(rows: number, columns: number): Matrix {
  const random = randomSource(5);
  const values = Float32Array.from({length: rows * columns}, () => 1.5 * (random() - 0.5));
  const factors = Float32Array.from({length: 4 * columns}, () => random() - 0.5);
  for (let r = 0; r < rows; r++) {
    for (let f = 0; f < 4; f++) {
      const score = random() - 0.5;
      for (let c = 0; c < columns; c++) values[r * columns + c] += (1 + c) * score * factors[f * columns + c];
    }
  }
  return {rows, columns, values};
}

const mapped = (matrix: Matrix, given: {[name: string]: unknown}) =>
  mapRows(matrix, resolveOptions(mapSettings, {iterations: 60, ...given}, "--"), {
    random: randomSource(0),
    say: () => {},
  });

test.each(["feature", "global", "none"] as const)(
  "of few points, with %s scaling, is the slow way's in all features",
  async (scaling) => {
    const matrix = noisyRows(160, 70);
    const map = await mapped(matrix, {components: 4, perplexity: 20, scaling});
    expect(map.sampled).toBe(160);
    const points = {rows: 160, columns: 2, values: map.points};
    const slow = trustworthiness(standardised(matrix, scaling), points, map.neighbourhoodSize);
    expect(map.trustworthinessFull).toBeCloseTo(slow, 6); // rows that are rounded when scaled may exchange two ranks
  },
);

test("of many points, is near the slow way's, nearer than the components' own", async () => {
  const matrix = noisyRows(2500, 60);
  const map = await mapped(matrix, {components: 3, perplexity: 30, scaling: "feature"});
  const points = {rows: 2500, columns: 2, values: map.points};
  const slow = trustworthiness(standardised(matrix, "feature"), points, map.neighbourhoodSize);
  expect(Math.abs(map.trustworthinessFull - slow)).toBeLessThan(0.012); // too low by 12 / 2,500 at most, and chance
  expect(Math.abs(map.trustworthiness - slow)).toBeGreaterThan(0.02);
});

test("is that of the components for rows of as few features", async () => {
  const map = await mapped(noisyRows(200, 20), {});
  expect([map.trustworthinessFull, map.sampled]).toEqual([map.trustworthiness, 200]);
});

test("looks at all of few points, and at a share of many", () => {
  expect(sampleSizes(160, 12)).toEqual({points: 160, others: 159});
  expect(sampleSizes(600, 12)).toEqual({points: 600, others: 38});
  expect(sampleSizes(10_000, 12)).toEqual({points: 1200, others: 13});
});

test("adds to a known figure only what the two spaces differ by", () => {
  const matrix = noisyRows(1000, 8);
  const equal = new Float64Array(8).fill(1);
  const random = randomSource(2);
  const neighbours = Uint32Array.from({length: 5000}, () => Math.floor(1000 * random()));
  expect(trustworthinessFrom(0.625, matrix, equal, matrix, neighbours, 5)).toBe(0.625);
  // ranks of chance neighbours are even from 1 to 999: (r - k)+ is 494.5 on average, of at most n - 1.5 k - 0.5
  expect(sampledTrustworthiness(matrix, equal, neighbours, 5)).toBeCloseTo(1 - 494.5 / 992, 1);
});
