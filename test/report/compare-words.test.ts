import {mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, test} from "vitest";
import type {RunComparison} from "../../src/report/compare/compare-runs";
import {apartWords} from "../../src/report/compare/explained-apart";
import {percent, points, seedStrips, spread} from "../../src/report/compare/figures";
import {noiseWords} from "../../src/report/compare/noise-words";
import type {SeedNoise} from "../../src/report/compare/seed-yardstick";
import type {Recall} from "../../src/report/file-memory";
import {gatherColumns} from "../../src/report/gather/columns";
import {explanations} from "../../src/report/gather/lime";
import {array} from "../../src/report/gather/saved-values";
import {packer} from "../../src/report/packer";

test("a verdict about seeds says what is known, by which yardstick, or which command would help", () => {
  const of = (given: object) =>
    noiseWords(
      {interval95: [-0.012, 0.0345], yardstick: "five seeds", seeds: [5, 5], ...given} as unknown as SeedNoise,
      "r",
    );
  expect(of({verdict: "seed"})).toEqual(["The two runs differ by their seed alone: this is what chance does.", ""]);
  expect(of({verdict: "unknown", seeds: [1, 1]})[0]).toMatch(/^Seed noise unknown: no seeds known, so/);
  expect(of({verdict: "unknown", seeds: [2, 1]})).toEqual([
    "Seed noise unknown: 2 seeds are too few, so one cannot say whether another seed would change as much.",
    "Run `sweep --seeds 5 --from r`, and compare again.",
  ]);
  expect(of({verdict: "beyond"})).toEqual([
    "Beyond seed noise: another seed alone does not change it so much (difference of the settings, 95 %: −1.20 to +3.45 points).",
    "The yardstick is five seeds.",
  ]);
  expect(of({verdict: "within"})[0]).toMatch(/^Within seed noise: another seed alone changes it as much \(/);
});

test("how alike two runs explain the same answers is a median, and a count beyond LIME's own error", () => {
  const pair = (index: number, alike: number, ownError: number | null) => ({index, target: 1, alike, ownError});
  const names = ["cat", "dog"];
  expect(apartWords([pair(4, 0.1, 0.5), pair(2, 0.3, 0.3), pair(9, 0.7, null)], names)).toBe(
    "3 explanations of the same answers by LIME: median rank correlation 0.30, 1 differ by more than LIME's own error; least alike test:4 as dog, 0.10",
  );
  expect(apartWords([pair(4, 0.1, 0.5), pair(2, 0.3, 0.4), pair(1, 0.5, 0.9), pair(9, 0.7, 0.9)], names)).toContain(
    "4 explanations of the same answers by LIME: median rank correlation 0.40, 4 differ by more",
  );
  expect(apartWords([pair(3, -0.2, null)], names)).toMatch(/^1 explanation of .* correlation -0\.20, 0 differ/);
});

test("differences have a sign, shares two places, and names keep their distance from the top down", () => {
  expect([points(0.0123), points(-0.0123), points(0)]).toEqual(["+1.23", "−1.23", "+0.00"]);
  expect(percent(0.5)).toBe("50.00\u00a0%");
  expect(spread([30, 10, 12], 15)).toEqual([40, 10, 25]);
  expect(spread([10, 25, 40], 15)).toEqual([10, 25, 40]);
});

test("a strip has a dot for each seed on one axis, and a band of one deviation around its mean", () => {
  const run = (name: string) => ({run: {facts: {name}}});
  const runs = ["a0", "a1", "b0"].map(run);
  const settings = [
    {runs: runs.slice(0, 2), accuracies: [0.8, 0.9], mean: 0.85, deviation: 0.05},
    {runs: runs.slice(2), accuracies: [0.85], mean: 0.85, deviation: Number.NaN},
  ];
  const comparison = {settings, base: runs[0], runs: [{at: runs[2]}]} as unknown as RunComparison;
  const drawn = seedStrips(comparison, (setting) => setting.runs[0].run.facts.name);
  const circles = [...drawn.matchAll(/<circle class="(\w+)" cx="([\d.]+)" cy="(\d+)"/g)].map(([, kind, x, y]) => [
    ...[kind, Number(x), Number(y)],
  ]);
  // 560 wide, 24 at each side; 15 % of the range lie beyond each end
  const [low, high] = [24 + (512 * 0.15) / 1.3, 24 + (512 * 1.15) / 1.3];
  const close = (value: number) => Math.round(10 * value) / 10;
  expect(circles).toEqual([
    ["base", close(low), 34],
    ["dot", close(high), 34],
    ["other", close((low + high) / 2), 90],
  ]);
  expect(drawn).toContain(
    `<rect class="band" x="${close(low).toFixed(1)}" y="23" width="${close(high - low).toFixed(1)}"`,
  );
  expect(drawn.match(/class="mean"/g)).toHaveLength(1);
  expect(drawn).toContain(`<line class="mean" x1="280.0" x2="280.0" y1="23" y2="45"/>`);
  expect(drawn).toContain('viewBox="0 0 560 146"');
  expect(drawn).toContain('<text class="name" x="0" y="17">a0</text>');
  expect(drawn).toContain('y="140" text-anchor="start">80.00');
  expect(drawn).toContain('y="140" text-anchor="end">90.00');
});

test("a page carries the user's columns, at most 40, and none with a word for nearly every image", () => {
  const path = join(mkdtempSync(join(tmpdir(), "epochscope-columns-")), "columns.json");
  const gathered = (columns: readonly object[], count: number) => {
    const recall = ((_: string, __: string, make: (saved: never) => unknown) => make({columns} as never)) as Recall;
    const pack = packer();
    return {shown: gatherColumns(path, count, recall, pack), bytes: () => Buffer.concat(pack.parts)};
  };
  expect(gathered([], 2).shown).toBeNull(); // there is no file
  writeFileSync(path, "{}");
  const {shown, bytes} = gathered([{name: "camera", values: ["b", "a", "b"]}], 3);
  expect(shown).toMatchObject([{name: "camera", values: ["b", "a"]}]);
  expect([...new Uint16Array(Uint8Array.from(bytes()).buffer, 0, 3)]).toEqual([0, 1, 0]);
  const many = Array.from({length: 41}, (_, n) => ({name: `${n}`, values: ["x"]}));
  expect(gathered(many, 1).shown).toHaveLength(40);
  const words = (count: number) => [{name: "id", values: Array.from({length: count}, (_, n) => `${n}`)}];
  expect(gathered(words(65_535), 65_535).shown).toHaveLength(1);
  expect(gathered(words(65_536), 65_536).shown).toEqual([]);
  expect(() => gathered([{name: "camera", values: ["b"]}], 2)).toThrow("expected 2 values of camera, got 1");
});

test("saved explanations are read with those that no picture shows, as far as their images are carried", () => {
  const one = (given: object) => ({explained: 1, probability: 0.5, segments: [0, 1], weights: [0.123456, 0], ...given});
  const saved = {
    data: {
      height: 1,
      width: 2,
      explanations: [one({r2: 0.51234567}), one({index: 8, r2: null, halvesCorrelation: 0.5})],
    },
    numbers: {indices: [3, 8], others: [one({index: 3, r2: Number.NaN})]},
  };
  const read = explanations(saved as never, "file");
  expect(read.map(({index, r2, stability, weights}) => [index, r2, stability, weights[0]])).toEqual([
    [3, 0.51235, null, 0.12346],
    [8, null, 0.5, 0.12346],
    [3, null, null, 0.12346],
  ]);
  expect(explanations(saved as never, "file", 1).map(({index}) => index)).toEqual([3, 3]);
  expect(() => explanations({data: {}} as never, "file")).toThrow("file: expected data.explanations to list them");
  expect(() => array(undefined, "x")).toThrow("x: expected an array of numbers, got nothing");
  expect(() => array("1", "x")).toThrow("x: expected an array of numbers, got string");
  expect([array([1], "x"), array(Uint8Array.of(2), "x")]).toEqual([[1], Uint8Array.of(2)]);
});
