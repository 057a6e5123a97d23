import {expect, test} from "vitest";
import {resolveOptions} from "../../../src/nouns/options";
import {randomSource} from "../../../src/nouns/random";
import {pca} from "../../../src/pipeline/maps/linear/pca";
import {standardised} from "../../../src/pipeline/maps/linear/standardise";
import {mapRows, mapSettings} from "../../../src/pipeline/maps/map-rows";

const [ROWS, COLUMNS] = [3000, 140];
const random = randomSource(3);
const factors = Float32Array.from({length: 8 * COLUMNS}, () => random() - 0.5);
/** Eight factors, each weaker than the one before, and noise. */
const values = Float32Array.from({length: ROWS * COLUMNS}, () => 0.2 * (random() - 0.5));
for (let r = 0; r < ROWS; r++) {
  for (let f = 0; f < 8; f++) {
    const score = (random() - 0.5) * 0.7 ** f;
    for (let c = 0; c < COLUMNS; c++) values[r * COLUMNS + c] += score * factors[f * COLUMNS + c];
  }
}
const rows = {rows: ROWS, columns: COLUMNS, values};
const mapped = (given: {[name: string]: unknown}) =>
  mapRows(rows, resolveOptions(mapSettings, given, "--"), {random: randomSource(0), say: () => {}});

test("a map by principal components is on all rows' own, however wide the rows", async () => {
  const {points, explained} = await mapped({method: "pca"});
  const exact = await pca(standardised(rows, "feature"), 50);
  const expected = Float32Array.from({length: 2 * ROWS}, (_, i) => exact.scores.values[50 * (i >> 1) + (i % 2)]);
  expect(points).toBeAllClose(expected, {rtol: 0, atol: 1e-4 * Math.sqrt(exact.variances[0])});
  expect(explained).toBeCloseTo(exact.explained, 6);
});

test("another map's components are a sample's, and hold hardly less", async () => {
  const {explained} = await mapped({method: "tsne", iterations: 20});
  const exact = await pca(standardised(rows, "feature"), 50);
  expect(explained).toBeLessThan(exact.explained);
  expect(explained).toBeGreaterThan(0.97 * exact.explained);
});
