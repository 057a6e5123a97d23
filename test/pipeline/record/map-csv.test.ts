import {expect, test} from "vitest";
import {randomSource} from "../../../src/nouns/random";
import {mapCsv} from "../../../src/pipeline/record/map-csv";
import {tableOf} from "../data/tables/table-of";

test("a map written as CSV reads back", async () => {
  const points = Float32Array.of(0.1, -2, 3e-5, 4, 5, 6);
  const table = await tableOf(`${mapCsv(points, {"a,b": ["one", 'two "2"'], index: Uint32Array.of(7, 9)})}`);
  expect(table.names).toEqual(["x", "y", "z", "index"]);
  expect(table.values).toBeAllClose([...points.subarray(0, 3), 7, ...points.subarray(3), 9], {rtol: 1e-6});
  expect(table.words).toEqual([{name: "a,b", cells: ["one", 'two "2"']}]);
});

test("a map's coordinates are written as their seven digits are read, whatever their size", () => {
  const random = randomSource(6);
  const sizes = Float32Array.from({length: 40_000}, () => (random() - 0.5) * 10 ** (90 * random() - 45));
  const maps = Float32Array.from({length: 40_000}, () => (random() - 0.5) * 10 ** (13 * random() - 6));
  const halves = Float32Array.from({length: 20_000}, (_, i) => (2 * i + 1) / 2 ** (1 + (i % 24))); // ties
  const powers = Array.from({length: 84}, (_, p) => Number(`1e${p - 45}`));
  const edges = Float32Array.of(
    ...powers.flatMap((p) => [p, p * (1 - 2 ** -24), p * (1 + 2 ** -23), p * 9.9999995]),
    ...[0, -0, NaN, Infinity, -Infinity, 2 ** 24, 9_999_999, 10_000_001, 0.1, 1 / 3, 2 ** -149],
  );
  for (const values of [sizes, maps, halves, edges, edges.map((v) => -v)]) {
    const written = `${mapCsv(values, {}, values.length)}`.split("\n").slice(1, -1);
    expect(written).toEqual(Array.from(values, (v) => `${Number(v.toPrecision(7))}`));
  }
});

test("a map's columns are written as templates write them, words quoted where they must be", () => {
  const numbers = [0, -0, 7, -12, 4_294_967_295, 1e15, 2 ** 53, -1e21, 0.1, 1 / 3, -1.5e-300, NaN, Infinity];
  const words = numbers.map((_, i) => ["plain", "a,b", 'say "é"', "two\nlines", "", "=1+1"][i % 6]);
  const written = words.map((word) => word.replace("\n", "\\n").replace("=", "'="));
  const lines = numbers.map(
    (v, i) => `0,0,${v},${/[,"]/.test(words[i]) ? `"${words[i].replaceAll('"', '""')}"` : written[i]}`,
  );
  expect(`${mapCsv(new Float32Array(2 * numbers.length), {"n,": numbers, w: words})}`).toBe(
    `x,y,"n,",w\n${lines.join("\n")}\n`,
  );
  expect(`${mapCsv(new Float32Array(0), {w: []})}`).toBe("w\n");
});
