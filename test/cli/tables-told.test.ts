/** @file The lines that the terminal shows of a comparison, of a list of runs and of a plan. */
import {join} from "node:path";
import {describe, expect, test, vi} from "vitest";

import {comparisonLines} from "../../src/cli/compare-words";
import {linesOf} from "../../src/cli/dry-run";
import {explainedImages} from "../../src/cli/explain-document";
import {clock, counted, percent, thousands} from "../../src/cli/numbers";
import type {RunsGiven} from "../../src/cli/runs-given";
import {tableOf} from "../../src/cli/runs-list";
import type {Plan} from "../../src/pipeline/plan/plan";
import type {IndexedRun} from "../../src/pipeline/record/registry/list-runs";
import type {Artifact} from "../../src/pipeline/types";
import type {RunComparison} from "../../src/report/compare/compare-runs";
import {temporaryFolder} from "../support/idx-files";

test("numbers, shares and times are written as people read them", () => {
  expect([0, 0.98765, 1].map(percent)).toEqual(["0.00%", "98.77%", "100.00%"]);
  expect([0, 59.4, 59.6, 61, 3599, Infinity].map(clock)).toEqual(["0:00", "0:59", "1:00", "1:01", "59:59", "-:--"]);
  expect(thousands(1234567)).toBe("1,234,567");
  expect([0, 1, 2000].map((count) => counted(count, "epoch"))).toEqual(["0 epochs", "1 epoch", "2,000 epochs"]);
});

describe("a comparison", () => {
  const at = (name: string) => ({run: {facts: {name}}, epoch: 2});
  const image = (index: number) => ({index, label: 0, before: 1, after: 0});
  const compared = (more: object, noise: object = {}) => ({
    at: at("b"),
    ...{total: {images: 1000, fixed: 3, broken: 1, difference: 0.002, interval95: [-0.001, 0.005], p: 0.625}},
    ...{accuracyAfter: 0.902, accuracyInterval: [0.88, 0.92], bothWrong: 97, isSame: true, explained: []},
    options: [{name: "epochs", base: 3, other: 4}],
    pairs: [{label: 0, predicted: 1, before: 9, after: 7}],
    pairNoise: ["within"],
    classes: [
      {label: 0, before: 0.5, after: 0.75, holmP: 0.049},
      {label: 1, before: 0.5, after: 0.6, holmP: 0.05}, // not one in twenty by chance
    ],
    classNoise: ["beyond", "unknown"],
    noise: {verdict: "within", seeds: [3, 3], yardstick: "3 seeds", interval95: [-0.01, 0.01], ...noise},
    ...{fixed: [image(4)], broken: [image(7)]},
    ...more,
  });
  const comparison = (run: object, more: object = {}) =>
    ({
      ...{base: at("a"), baseMetrics: {testAccuracy: 0.9}, baseInterval: [0.88, 0.92]},
      ...{classNames: ["cat", "dog"], images: {count: 1000}, runs: [run], settings: [], unread: []},
      ...more,
    }) as unknown as RunComparison;
  /** The lines without colours, with plain spaces. */
  const told = (run: object, more?: object, most = 10) =>
    comparisonLines(comparison(run, more), most).map((line) =>
      line.replace(/\0[0-9a-f]{24}\[\d+m/g, "").replaceAll("\u00a0", " "),
    );
  const key = /^▲ beyond seed noise, ▨ within it/;

  test("says who is better, by how much, and what chance would do", () => {
    const lines = told(compared({}));
    expect(lines.slice(0, 6)).toEqual([
      "base  a@2  test accuracy 90.00 % (95 %: 88.00 % to 92.00 %)",
      "",
      "run   b@2  90.20 % (95 %: 88.00 % to 92.00 %), 2 more right",
      "  3 turned right, 1 turned wrong, 97 are wrong in both",
      "  difference +0.20 points (95 %: −0.10 to +0.50)",
      "  were both equally good, a split as uneven as 3 : 1 would come up in 63 of 100 comparisons (McNemar, exact)",
    ]);
    expect(lines[6]).toMatch(/^ {2}▨ Within seed noise/);
    expect(lines.slice(8, 13)).toEqual([
      "  epochs: 3 → 4",
      "  class cat: 50.00 % → 75.00 % right ▲",
      "  cat taken for dog: 9 → 7 times ▨",
      "  right  test:4: cat, was dog, is cat",
      "  wrong  test:7: cat, was dog, is cat",
    ]);
    expect(lines.slice(13)).toEqual(["", expect.stringMatching(key)]);
  });

  test("of two seeds has no marks and needs no key", () => {
    const lines = told(compared({}, {verdict: "seed"}));
    expect(lines).toContain("  class cat: 50.00 % → 75.00 % right");
    expect(lines).toContain("  cat taken for dog: 9 → 7 times");
    expect(lines.join("\n")).not.toMatch(/[▲▨○]/);
    expect(lines.at(-1)).toMatch(/^ {2}wrong/);
  });

  test.each([
    [1, 3, "2 fewer right"],
    [3, 3, "as many right"],
    [1500, 0, "1,500 more right"],
  ])("with %i turned right and %i turned wrong has %s", (fixed, broken, words) => {
    const total = {images: 1000, fixed, broken, difference: 0, interval95: [0, 0], p: 1};
    expect(told(compared({total}))[2]).toContain(`, ${words}`);
  });

  test("names files, and says what it leaves out and on how many images it stands", () => {
    const files = ["a", "b", "c", "d", "e.png"];
    const run = compared({fixed: [image(4), image(3), image(2)], isSame: false});
    const lines = told(run, {images: {count: 1200, files}, unread: ["c is damaged"]}, 2);
    expect(lines).toContain("  right  e.png: cat, was dog, is cat");
    expect(lines).toContain("  right  and 1 more; --top all lists them");
    expect(lines).toContain("  wrong  test:7: cat, was dog, is cat");
    expect(lines.at(-1)).toBe("left out: c is damaged");
    expect(lines[3]).toContain("compared on the 1,000 test images that both runs have, of the base's 1,200;");
    expect(told(compared({fixed: [image(4), image(3)]}), {}, 2).join()).not.toContain("--top all lists them");
  });

  test("names five confusions at most, and how many more there are", () => {
    const pairs = (count: number) => ({
      pairs: Array.from({length: count}, () => ({label: 0, predicted: 1, before: 9, after: 7})),
      pairNoise: Array(count).fill("within"),
    });
    const listed = (count: number, most?: number) =>
      told(compared(pairs(count)), {}, most).filter((line) => /taken for|more confusions/.test(line));
    expect(listed(5)).toHaveLength(5);
    expect(listed(7)).toHaveLength(6);
    expect(listed(7).at(-1)).toBe("  and 2 more confusions differ; --top all --json lists them");
    expect(listed(3, 1).at(-1)).toBe("  and 2 more confusions differ; --top all --json lists them");
  });

  test("shows settings where one has several runs, and a long value short", () => {
    const settings = [
      {runs: [at("a"), at("c")], mean: 0.9, deviation: 0.0123},
      {runs: [at("b")], mean: 0.902, deviation: Number.NaN},
    ];
    const long = "x".repeat(41);
    const options = [
      {name: "data", base: long, other: long.slice(1)},
      {name: "track", base: [1, 2], other: null},
    ];
    const lines = told(compared({options}), {settings});
    expect(lines.slice(-3)).toEqual([
      "",
      "setting  90.00 % ± 1.23 over 2 seeds: a@2, c@2",
      "setting  90.20 % one seed: b@2",
    ]);
    expect(lines).toContain(`  data: ${"x".repeat(39)}… → ${"x".repeat(40)}`);
    expect(lines).toContain("  track: [1,2] → null");
    expect(told(compared({}), {settings: settings.slice(1)}).join("\n")).not.toContain("setting  ");
  });
});

describe("a list of runs", () => {
  const run = (more: object) =>
    ({
      ...{name: "first", status: "done", epochs: 12, test_accuracy: 0.98765, test_interval95: [0.981, 0.992]},
      ...{model: "cnn", seed: 0, bytes: 12_340_000, tags: []},
      ...more,
    }) as unknown as IndexedRun;

  test("is a table: words to the left, numbers to the right; what no run has is left out", () => {
    const runs = [run({}), run({name: "a", epochs: null, test_accuracy: null, test_interval95: null, bytes: 1e6})];
    expect(tableOf(runs, Infinity)).toEqual([
      "run    status  epochs    test       95 %  model  seed     size",
      "first  done        12  98.77%  98.1–99.2  cnn       0  12.3 MB",
      "a      done         –       –             cnn       0   1.0 MB",
    ]);
    expect(tableOf([run({tags: ["good", "old"]})], Infinity)[1]).toMatch(/ MB {2}good old$/);
  });

  test("that is empty says where it was sought, and for what", async () => {
    const printed = vi.spyOn(console, "log").mockImplementation(() => {});
    vi.resetModules();
    const {tellRuns} = await import("../../src/cli/runs-list.js"); // takes hold of console.log anew
    const save = temporaryFolder();
    const asked = {save, sort: "", limit: 10, json: false, quiet: true, names: []} as unknown as RunsGiven;
    await tellRuns({...asked, where: ""});
    await tellRuns({...asked, where: "seed = 3"});
    const said = printed.mock.calls.map((words) => words.at(-1));
    printed.mockRestore();
    expect(said).toEqual([`no run in ${save} yet`, `no run in ${save} for which seed = 3`]);
  });

  test("loses its last columns where there is no room", () => {
    const at = (room: number) => tableOf([run({})], room)[1];
    expect(at(21)).toBe("first  done        12");
    expect(at(20)).toBe("first  done");
    expect(at(13)).toBe("first  done"); // 5, a gap of 2, and 6 for the heading
    expect(at(12)).toBe("first");
  });
});

describe("a plan", () => {
  const plan: Plan = {
    ...{options: {}, probes: {confusion: {}}, epochs: 2, batches: 860, batchSize: 64, looks: 3},
    data: {
      ...{name: "d", digest: "", imageShape: [28, 28, 1], classNames: []},
      ...{train: 5500, validation: 500, test: 1000},
    },
    model: {name: "cnn", parameters: 12810, why: "asked for"},
    engine: {name: "fused", version: "2 threads", why: "it is here"},
    ...{seconds: {low: 13, high: 33}, bytes: 9.9e7, measured: {batches: 41, looks: 2}},
    ...{runs: [], notes: []},
  };
  const words = (more: Partial<Plan>) => Object.fromEntries(linesOf({...plan, ...more}));
  const runs = (...states: Plan["runs"][number]["state"][]) =>
    states.map((state) => ({name: state, path: join(process.cwd(), "save", state), state}));

  test("of several runs says so of each, and writes only what is not there", () => {
    const told = linesOf({...plan, runs: runs("new", "done", "begun" as "new")}).map((line) => line.join(": "));
    expect(told).toContain(`run: ${join("save", "new")}`);
    expect(told).toContain(`run: ${join("save", "done")}  is there already, and done`);
    expect(told).toContain(`run: ${join("save", "begun")}  is there already, and would go on`);
    expect(told).toContain("look: each run 3 times: confusion");
    expect(told.at(-1)).toBe("writes: about 99 MB in 2 runs");
    expect(words({runs: runs("new", "done")}).writes).toBe("about 99 MB");
    expect(words({runs: runs("new")}).look).toBe("3 times: confusion");
  });

  test("of a watcher has no training, and a model that was asked for no reason", () => {
    const data = {...plan.data, train: 0, validation: 0};
    const told = words({data, batches: 0, probes: {}});
    expect(told).toMatchObject({data: "d: 1,000 to test", model: "cnn: 12,810 weights", look: "3 times: no probe"});
    expect("train" in told).toBe(false);
    expect(told.takes).toBe("13 to 33 seconds, measured here by 2 looks");
    expect("train" in words({})).toBe(true);
    expect(words({model: {...plan.model, why: null}}).model).toBe("cnn: 12,810 weights");
    expect(words({data: {...data, train: 1, validation: 1}}).data).toBe(
      "d: 1 images to train on, 1 to validate, 1,000 to test",
    );
  });

  test.each([
    [0.25, 119, "0.3 to 119 seconds"],
    [60, 120, "1 to 2 minutes"],
    [599, 7199, "10 to 120 minutes"],
    [5400, 7200, "1.5 to 2 hours"],
  ])("of %d to %d seconds takes %s", (low, high, said) => {
    expect(words({seconds: {low, high}}).takes).toBe(`${said}, measured here by 41 batches and 2 looks`);
  });
});

describe("explained images as JSON", () => {
  const explanation = {
    ...{explained: 1, explainedName: "dog", probability: 0.75, r2: 0.5, samples: 100, near: 0.25},
    ...{halvesTop5: 0.8, halvesCorrelation: 0.9, caption: "a"},
    weights: Float64Array.of(0.125, -0.5, 0.25),
    errors: Float64Array.of(0.01, Number.NaN, 0.03),
  };
  const segments = {name: "segments", plot: "segments", data: {explanations: [explanation]}};
  const map = {
    ...{name: "map", plot: "attribution", data: {maps: [{className: "cat", probability: 0.5}]}},
    numbers: {method: "gradient", targets: Uint16Array.of(3), faithfulness: [0.25]},
  };
  const told = (file: string | undefined, ...made: object[]) =>
    explainedImages("test:8", file, "out/test-8", made as unknown as Artifact[]);

  test("have LIME's segments, the strongest first, and all files", () => {
    const bars = {name: "bars", plot: "segmentBars"};
    const [one, ...others] = told("a.png", segments, bars);
    expect(others).toEqual([]);
    expect(one).toMatchObject({image: "test:8", file: "a.png", target: 1, targetName: "dog", method: "lime"});
    expect(one.segments).toEqual([
      {segment: 1, weight: -0.5, error: null},
      {segment: 2, weight: 0.25, error: 0.03},
      {segment: 0, weight: 0.125, error: 0.01},
    ]);
    expect(one.files).toEqual(
      ["segments", "bars"].flatMap((name) => [`out/test-8/${name}.json`, `out/test-8/${name}.png`]),
    );
  });

  test("have the figures of a map of pixels, and no file where the image is in none", () => {
    const [one] = told(undefined, map);
    expect(one).toMatchObject({target: 3, targetName: "cat", probability: 0.5, method: "gradient"});
    expect(one.trust).toEqual({faithfulness: 0.25});
    expect("file" in one).toBe(false);
    const [gap] = told(undefined, {...map, numbers: {...map.numbers, gap: [0.01]}});
    expect(gap.trust).toEqual({faithfulness: 0.25, gap: 0.01});
  });
});
