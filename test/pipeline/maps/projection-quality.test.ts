import {readFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {aligned, movementByClass} from "../../../src/pipeline/maps/linear/procrustes";
import {mapQuality, neighbourAccuracy, trustworthiness} from "../../../src/pipeline/maps/projection-quality";
import {openNeighbourhood} from "../../../src/tsne/index";
import {cloud, relativeError} from "../../support/tsne-data";

const fixture = JSON.parse(readFileSync(join(__dirname, "../../fixtures/tsne/quality.json"), "utf8")) as {
  data: number[];
  map: number[];
  rows: number;
  columns: number;
  trustworthiness: {[k: string]: number};
  continuity: {[k: string]: number};
};
const data = {rows: fixture.rows, columns: fixture.columns, values: Float32Array.from(fixture.data)};
const map = {rows: fixture.rows, columns: 2, values: Float32Array.from(fixture.map)};

test.each([1, 5, 12, 39])("trustworthiness and continuity at %i neighbours are scikit-learn's", (k) => {
  expect(trustworthiness(data, map, k)).toBeCloseTo(fixture.trustworthiness[k], 9);
  expect(trustworthiness(map, data, k)).toBeCloseTo(fixture.continuity[k], 9);
});

test("a map that is the data is wholly to be trusted", () => {
  expect(trustworthiness(map, map, 5)).toBe(1);
  expect(() => trustworthiness(map, map, 40)).toThrow("neighbours: expected 1 to 39, got 40");
});

test("voters decide by majority, and of a tie by the nearest", () => {
  const labels = [0, 1, 2, 0, 0, 1];
  const neighbours = [5, 3, 5, 3, 0, 1, 0, 4, 0, 3, 1, 2]; // two each
  // 0: {1, 0} → 1, wrong; 1: {1, 0} → 1, right; 2: {0, 1} → 0, wrong; 3: {0, 0} right; 4: {0, 0} right; 5: {1, 2} → 1, right
  expect(neighbourAccuracy(neighbours, 2, labels)).toBeCloseTo(4 / 6, 12);
});

test("all figures of a map at once", async () => {
  const neighbourhood = await openNeighbourhood(data, {perplexity: 8, metric: "euclidean", threads: 1});
  const labels = Uint16Array.from({length: 80}, (_, i) => (fixture.data[12 * i] > 0 ? 1 : 0));
  const figures = await mapQuality(neighbourhood, map.values, 2, labels);
  expect(figures.trustworthiness).toBeCloseTo(fixture.trustworthiness[12], 9);
  expect(figures.continuity).toBeCloseTo(fixture.continuity[12], 9);
  expect([figures.neighbourhoodSize, figures.voters]).toEqual([12, 10]);
  expect(figures.neighbourAccuracyFull).toBeGreaterThan(figures.neighbourAccuracyMap!); // the map leaves that feature out
});

test.each([2, 3])("a map of %i dimensions turned, mirrored and moved comes back", (dimensions) => {
  const {values} = cloud(50, dimensions, 1);
  const [sin, cos] = [Math.sin(2), Math.cos(2)];
  const moved = values.map((_, i) => {
    const [x, y, z] = values.subarray(i - (i % dimensions), i - (i % dimensions) + dimensions);
    return [-(cos * x - sin * y) + 3, sin * x + cos * y - 1, z][i % dimensions];
  });
  expect(relativeError(aligned(moved, values, dimensions), values)).toBeLessThan(1e-6);
});

test("alignment does not scale, and no other turn is nearer", () => {
  const [points, reference] = [cloud(40, 2, 2).values, cloud(40, 2, 3).values];
  const best = aligned(points, reference, 2);
  const distance = (p: Float32Array) => relativeError(p, reference);
  for (const angle of [-0.1, -0.01, 0.01, 0.1]) {
    const turned = best.map((_, i) => {
      const [x, y] = best.subarray(i - (i % 2), i - (i % 2) + 2);
      return i % 2 === 0 ? Math.cos(angle) * x - Math.sin(angle) * y : Math.sin(angle) * x + Math.cos(angle) * y;
    });
    expect(distance(turned)).toBeGreaterThan(distance(best));
  }
});

test("movement is by class, over the map's radius", () => {
  const before = Float32Array.of(-1, 0, 1, 0, -1, 0, 1, 0);
  const after = Float32Array.of(-1, 0, 1, 0, -1, 0.5, 1, -0.5);
  // radius: √(Σ |p|² / 4) = √((1 + 1 + 1.25 + 1.25) / 4); class 0 stays, class 1 moves by 0.5
  const [still, moved, nobody] = movementByClass(after, before, 2, [0, 0, 1, 1], 3);
  expect(still).toBe(0);
  expect(moved).toBeCloseTo(0.5 / Math.sqrt(1.125), 6);
  expect(nobody).toBeNaN();
});
