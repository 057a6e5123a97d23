import {existsSync, readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";

import {hereWorkers} from "../../../src/pipeline/jobs/here";
import {threadPool} from "../../../src/pipeline/jobs/pool";
import type {Workers} from "../../../src/pipeline/jobs/workers";
import {explainMany} from "../../../src/pipeline/many/explain-many";
import type {ExplainedFile, SegmentsFile} from "../../../src/pipeline/many/explained-files";
import {type ManyOptions, openMany} from "../../../src/pipeline/many/open-many";
import {epochStem} from "../../../src/pipeline/record/epoch-stem";
import {resultStore} from "../../../src/pipeline/record/result-store";
import {readSaved} from "../../../src/pipeline/record/saved-file";
import type {SegmentExplanation} from "../../../src/plots/segments";
import {decode} from "../../../src/report/client/decode";
import {gather} from "../../../src/report/gather/index";
import {tasks} from "../../../src/tasks/index";
import {command, finished, start} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";
import {faultsOf} from "../../support/schemas";
import {runAll} from "../../support/small-run";

const root = temporaryFolder();
const save = join(root, "save");
const run = join(save, "r");
const IMAGES = 70; // the first of them that shows an 8 is 61
const MASKS = ["--lime.samples", "40"];

beforeAll(async () => {
  const small = {
    save,
    name: "r",
    probes: "lime,confusion",
    epochs: 2,
    trainLimit: 600,
    testLimit: IMAGES,
    projector: 0,
  };
  await runAll(small, {lime: {samples: "40"}});
}, 120_000);
afterAll(() => rmSync(root, {recursive: true, force: true}));

const keptOf = async (epoch: number) =>
  (await readSaved(join(run, "artifacts", "explained", `${epochStem(epoch, "lime")}.json`))) as ExplainedFile;

/** The bytes of all that was kept. */
const bytesKept = () =>
  [0, 1, 2].flatMap((epoch) =>
    [".json", ".npz"].map((end) => readFileSync(join(run, "artifacts", "explained", epochStem(epoch, "lime") + end))),
  );

async function explained(workers: Workers, options: ManyOptions = {lime: {}}) {
  rmSync(join(run, "artifacts", "explained"), {recursive: true, force: true});
  const many = await openMany(run, options);
  const going = explainMany(many, workers, resultStore(join(temporaryFolder(), "results")));
  let next = await going.next();
  while (!next.done) next = await going.next();
  await workers.close();
  return next.value;
}

test("every test image is explained at every epoch, and those that the probe explained come out with its bits", async () => {
  expect(await explained(threadPool(1))).toMatchObject({images: IMAGES, explanations: 3 * IMAGES, known: 0});
  const {segments, index: all} = (await readSaved(
    join(run, "artifacts", "explained", "segments.json"),
  )) as SegmentsFile;
  expect([...all]).toEqual(Array.from({length: IMAGES}, (_, n) => n));
  for (const epoch of [0, 1, 2]) {
    const kept = await keptOf(epoch);
    expect(kept.index).toEqual(all);
    const path = join(run, "artifacts", "lime", `${epochStem(epoch, "segments")}.json`);
    const {data} = (await readSaved(path)) as {data: {explanations: readonly SegmentExplanation[]}};
    expect(data.explanations).toHaveLength(10);
    for (const one of data.explanations) {
      const row = kept.index.indexOf(one.index);
      const [from, to] = [kept.starts[row], kept.starts[row + 1]];
      expect(Buffer.from(kept.weights.slice(from, to).buffer)).toEqual(Buffer.from(one.weights.slice().buffer));
      expect(Buffer.from(kept.errors.slice(from, to).buffer)).toEqual(Buffer.from(one.errors.slice().buffer));
      const figures = ["probability", "intercept", "r2", "localPrediction", "halvesTop5", "halvesCorrelation"] as const;
      for (const name of figures) expect(kept[name][row]).toBe(one[name] ?? Number.NaN);
      expect([kept.target[row], kept.label[row]]).toEqual([one.explained, one.label]);
      expect(segments.subarray(784 * row, 784 * (row + 1))).toEqual(one.segments);
    }
  }
});

test("three threads, and this one, leave the same bytes", async () => {
  await explained(threadPool(1));
  const expected = bytesKept();
  await explained(threadPool(3));
  expect(bytesKept()).toEqual(expected);
  await explained(hereWorkers(tasks));
  expect(bytesKept()).toEqual(expected);
});

test("an image's explanation does not depend on which others are asked about, and what was kept stays", async () => {
  await explained(threadPool(1));
  const whole = await keptOf(2);
  await explained(threadPool(1), {range: {from: 7, to: 9}, epochs: [2], lime: {}});
  const two = await keptOf(2);
  expect([...two.index]).toEqual([7, 8]);
  expect(two.weights).toEqual(whole.weights.slice(whole.starts[7], whole.starts[9]));
  const more = await openMany(run, {range: {from: 3, to: 5}, epochs: [2], lime: {}});
  const workers = hereWorkers(tasks);
  for await (const _ of explainMany(more, workers, resultStore(temporaryFolder()))); // to its end
  expect([...(await keptOf(2)).index]).toEqual([3, 4, 7, 8]);
});

test("one image is explained by the run's own engine, too: its probability has the run's bits", async () => {
  await explained(threadPool(1));
  const {epoch} = JSON.parse(readFileSync(join(run, "model", "best.json"), "utf8"));
  const {probability, target} = await keptOf(epoch);
  const {stdout} = await command(["explain", "test:5", "--model", "r", "--save", save, ...MASKS, "--json"]);
  expect(JSON.parse(stdout).images[0]).toMatchObject({probability: probability[5], target: target[5]});
});

test("a command that was killed continues where it was, and leaves what an uninterrupted one leaves", async () => {
  await explained(threadPool(1));
  const expected = bytesKept();
  rmSync(join(run, "artifacts", "explained"), {recursive: true});
  const argv = ["explain", "test:all", "--model", "r", "--save", save, "--workers", "1"];
  const child = start([...argv, "--quiet"]);
  const whole = finished(child);
  const first = join(run, "artifacts", "explained", `${epochStem(0, "lime")}.json`);
  while (!existsSync(first)) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGKILL");
  await whole;
  const {code, stdout} = await command([...argv, "--json"]);
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  expect(faultsOf(document)).toEqual([]);
  expect(document.known).toBeGreaterThanOrEqual(IMAGES);
  expect(document).toMatchObject({schema: "epochscope/explain-many/1", images: IMAGES, explanations: 3 * IMAGES});
  expect(bytesKept()).toEqual(expected);
}, 120_000);

test("the page shows every image that was explained, at every epoch", async () => {
  await explained(threadPool(1));
  const {file, parts} = await gather(run);
  const data = decode(file, new Uint8Array(Buffer.concat(parts)).buffer);
  const {many} = data.lime as NonNullable<typeof data.lime>;
  expect(many).toMatchObject({carried: IMAGES, all: IMAGES});
  for (const [stop, epoch] of [0, 1, 2].entries()) {
    expect(data.explained(stop)).toEqual(Array.from({length: IMAGES}, (_, n) => n));
    const kept = await keptOf(epoch);
    for (let image = 0; image < IMAGES; image++) {
      const own = kept.weights.subarray(kept.starts[image], kept.starts[image + 1]);
      const strongest = Math.max(...own.map(Math.abs));
      const shown = many?.of(stop, image);
      expect(shown).toMatchObject({index: image, explained: kept.target[image]});
      expect(shown?.r2).toBeCloseTo(kept.r2[image], 6);
      expect(shown?.weights).toHaveLength(own.length);
      shown?.weights.forEach((weight, n) => {
        expect(Math.abs(weight - own[n])).toBeLessThanOrEqual(strongest / 254 + 1e-6);
      });
      expect(shown?.pieces).toHaveLength(784);
    }
  }
});

test.each([
  [["test:all", "test:3"], "explain: expected test:all or one range alone, got test:all test:3", 2],
  [["train:all"], "train:all: expected many test images (test:all, test:0-99), got train:all", 2],
  [["test:50-80"], "test:50-80: expected test images from 0 to 69, got test:50-80", 2],
  [["test:9-3"], "test:9-3: expected test images from 0 to 69, got test:9-3", 2],
  [["test:all", "--remove", "2"], "--remove: expected no test:all together with this flag, got both", 2],
  [["test:all", "--method", "occlusion"], "--lime.samples: expected --method lime, got --method occlusion", 2],
  [
    ["test:all", "--workers", "0"],
    '--workers: expected auto, a number from 1 to 999, or a queue (redis://host:6379, rediss://…, postgres://…), got "0"',
    2,
  ],
  [["test:all", "--model", "r@7"], "r: expected an epoch whose weights were kept (0, 1, 2), got 7", 2],
  [["test:all", "--target", "cat"], "--target: expected predicted, label, or a class (0, 1, 2, …), got cat", 2],
])("%j is refused in one line", async (words, line, exit) => {
  const model = words.includes("--model") ? [] : ["--model", "r"];
  const {code, stderr, stdout} = await command(["explain", ...words, ...model, "--save", save, ...MASKS]);
  expect(stderr.trim()).toContain(line);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect([code, stdout]).toEqual([exit, ""]);
});
