import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {resolveOptions} from "../../../src/nouns/options";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readRunFile} from "../../../src/pipeline/record/run-file";
import {readSaved} from "../../../src/pipeline/record/saved-file";
import {run} from "../../../src/pipeline/run";
import {runOptions} from "../../../src/pipeline/run/options";
import {gather} from "../../../src/report/gather/index";
import {command} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";
import {filesOf, runAll} from "../../support/small-run";

const TOLD = {
  ...({model: "vit", "vit.width": 8, "vit.heads": 2, "vit.depth": 2, "vit.patch": 7} as const),
  ...({
    trainLimit: 300,
    testLimit: 60,
    batchSize: 50,
    epochs: 2,
    probes: "confusion,attention",
    schedule: "constant",
  } as const),
};

test("a vision transformer trains, is interrupted, continues to the same bits, and the page has where its heads look", async () => {
  const save = temporaryFolder();
  const unbroken = await runAll({...TOLD, save, name: "unbroken"}, {});
  expect(unbroken.filter(({type}) => type === "failure")).toEqual([]);

  const breaking = new AbortController();
  const control = {signal: breaking.signal, page: false};
  for await (const event of run(resolveOptions(runOptions, {...TOLD, save, name: "broken"}, "--"), {}, control)) {
    if (event.type === "train" && event.epoch === 2 && event.batch === 2) breaking.abort();
  }
  const broken = join(save, "broken");
  await runAll({...readRunFile(broken).options}, {}, {resume: openRunDirectory(broken)});
  for (const folder of ["model", "artifacts/attention", "artifacts/confusion"]) {
    const files = filesOf(join(save, "unbroken", folder));
    expect(filesOf(join(broken, folder))).toEqual(files);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const [one, other] = ["unbroken", "broken"].map((name) => readFileSync(join(save, name, folder, file)));
      expect(other.equals(one), file).toBe(true);
    }
  }

  const {numbers} = (await readSaved(join(broken, "artifacts/attention/heads-epoch-002.json"))) as {numbers: object};
  const {indices, grid, rollout, layers} = numbers as {
    indices: Uint32Array;
    grid: object;
    rollout: Float32Array;
    layers: readonly {readonly received: Float32Array; readonly rows: Uint8Array}[];
  };
  for (const {received, rows} of layers) {
    expect(rows.length).toBe(indices.length * 2 * 16 * 16);
    const mean = new Float32Array(received.length);
    for (let from = 0; from < rows.length; from += 16) {
      const row = rows.subarray(from, from + 16);
      const sum = row.reduce((a, b) => a + b, 0);
      for (let to = 0; to < 16; to++) mean[16 * Math.floor(from / 256) + to] += row[to] / sum / 16;
    }
    expect([...mean]).toBeAllClose([...received], {rtol: 0, atol: 0.002});
  }
  expect(grid).toEqual({rows: 4, columns: 4, side: 7});
  const {file} = await gather(broken);
  const shown = file.attention;
  expect(shown).toMatchObject({rows: 4, columns: 4, side: 7});
  expect(shown?.stops.map((stop) => stop?.layers.map(({name, sharpness}) => [name, sharpness.length]))).toEqual(
    Array(3).fill([
      ["attention1", 2],
      ["attention2", 2],
    ]),
  );
  expect(shown?.stops[2]?.indices).toEqual([...indices]);
  // a row a block: 8 · 24 of queries, keys and values, 8 · 8 after the heads, 8 · 32 and 32 · 8
  expect(file.layers?.blocks?.map(({name, layers: own, weights}) => [name, own, weights])).toEqual([
    ["block 1", ["attention1", "hidden1", "narrow1"], 768],
    ["block 2", ["attention2", "hidden2", "narrow2"], 768],
  ]);
  for (const {moved, likeLast} of file.layers?.blocks ?? []) {
    expect(moved).toEqual([null, expect.any(Number), expect.any(Number)]);
    expect(likeLast[2]).toBeCloseTo(1, 5);
    expect(likeLast[0]).toBeLessThan(1);
  }
  expect(rollout.length).toBe(16 * indices.length);
  for (let n = 0; n < indices.length; n++) {
    expect(rollout.subarray(16 * n, 16 * (n + 1)).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  }
});

test("a network without attention leaves the probe out: in silence with all, in a line where it was asked for", async () => {
  const save = temporaryFolder();
  const few = {trainLimit: 300, testLimit: 60, batchSize: 50, epochs: 1, model: "mlp"} as const;
  const said = async (probes: string) => {
    const events = await runAll(
      {...few, save, name: probes.replace(",", "-"), probes},
      {projection: {points: 50, iterations: 20}},
    );
    return events.flatMap((event) => (event.type === "say" && /attention/.test(event.line) ? [event.line] : []));
  };
  expect(await said("confusion,attention")).toEqual(["attention: left out, this network has nothing that it looks at"]);
  expect(readRunFile(join(save, "confusion-attention")).probes).not.toHaveProperty("attention");
  expect(await said("all")).toEqual([]);
});

test.each<[string, readonly string[], string]>([
  ["a width that heads do not divide", ["--vit.width", "30"], "--vit.width: expected a multiple of 4 heads, got 30"],
  ["a patch wider than the image", ["--vit.patch", "40"], "--vit.patch: expected at most 28, the image's side, got 40"],
  ["no block at all", ["--vit.depth", "0"], "--vit.depth: expected a whole number from 1 to 48, got 0"],
])("a vision transformer with %s is refused in one line, and leaves nothing", async (_, words, message) => {
  const save = join(temporaryFolder(), "save");
  const few = ["--train-limit", "100", "--test-limit", "50", "--epochs", "1"];
  const {code, stderr} = await command(["--model", "vit", ...words, ...few, "--save", save]);
  expect(stderr).toBe(`error: ${message}\n`);
  expect(code).toBe(2);
  expect(existsSync(save)).toBe(false);
});
