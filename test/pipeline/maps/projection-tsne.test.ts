import {expect, test} from "vitest";
import {resolveOptions} from "../../../src/nouns/options";
import {randomSource} from "../../../src/nouns/random";
import {mapRows, mapSettings} from "../../../src/pipeline/maps/map-rows";
import {radiusOf, tsne} from "../../../src/tsne/index";
import {cloud} from "../../support/tsne-data";

const settings = resolveOptions(mapSettings, {}, "");
const labels = Uint16Array.from({length: 5000}, (_, i) => i % 5);

/** 5,000 rows of 40 columns around five middles, each row `noise` times a normal number beside what it would be. */
function clusters(noise: number) {
  const [rows, other, middles] = [cloud(5000, 40, 1), cloud(5000, 40, 2), cloud(5, 40, 3)];
  const shape = (v: number, e: number) =>
    (v + 2 * middles.values[(Math.floor(e / 40) % 5) * 40 + (e % 40)]) / (1 + (e % 40));
  return {...rows, values: rows.values.map((v, e) => shape(v + noise * other.values[e], e))};
}

test("many rows take few iterations, to the divergence of many without a stretch, and all epochs have one radius", async () => {
  const said: string[] = [];
  const context = {labels, random: randomSource(1), say: (line: string) => said.push(line)};
  const plain = {...settings, scaling: "none" as const};
  const first = await mapRows(clusters(0), plain, context);
  expect(first.iterations).toBe(260);
  const next = await mapRows(clusters(0.1), plain, {...context, before: first.points});
  expect(next.iterations).toBe(40);
  expect(radiusOf(next.points, 2) / radiusOf(first.points, 2)).toBeCloseTo(1, 4);
  expect(said).toEqual([]);

  let movement = 0;
  for (let i = 0; i < 10_000; i += 2) {
    movement += Math.hypot(next.points[i] - first.points[i], next.points[i + 1] - first.points[i + 1]) / 5000;
  }
  expect(movement / radiusOf(first.points, 2)).toBeLessThan(0.2); // a new map's points would be about a radius away
  for (const map of [first, next]) {
    expect(map.neighbourAccuracyMap).toBeGreaterThan((map.neighbourAccuracyFull ?? 1) - 0.02);
    expect(map.trustworthiness).toBeGreaterThan(0.9);
  }
  const descent = {exaggerationIterations: 150, lateLearningRate: 1250};
  const long = await tsne(clusters(0), {...descent, iterations: 700}); // as wide as it grew
  // of 5,000 rows the two are about equal, of 10,000 this one is lower (docs/tsne.md); 300 unstretched leave more
  expect(first.klDivergence).toBeLessThan(1.01 * long.klDivergence);
  const short = await tsne(clusters(0), {...descent, iterations: 300});
  expect(first.klDivergence).toBeLessThan(0.97 * short.klDivergence);
}, 30_000);
