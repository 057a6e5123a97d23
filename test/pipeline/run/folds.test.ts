import {readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import {afterAll, describe, expect, test} from "vitest";
import type {Network} from "../../../src/nouns/network";
import type {LabelledImages} from "../../../src/nouns/samples";
import {SPLITS} from "../../../src/pipeline/data/image-names";
import {byteSplit} from "../../../src/pipeline/data/split";
import {chosenMethod, judgedLabels} from "../../../src/pipeline/judged-labels";
import {listedSuspects} from "../../../src/pipeline/listed-suspects";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readTrainedRun} from "../../../src/pipeline/record/run-file";
import type {RunEvent} from "../../../src/pipeline/run/events";
import {crossValidate, type Folding} from "../../../src/pipeline/run/folds";
import {reopenedData} from "../../../src/pipeline/run/reopened";
import {constant} from "../../../src/pipeline/training/schedule";
import {temporaryFolder} from "../../support/idx-files";
import {writeMislabelledShapes} from "../../support/mislabelled-shapes";
import {runAll} from "../../support/small-run";

/** Learns images by heart: of one that it has seen it says class 0, of any other class 1. */
function memorising(classNames: readonly string[]) {
  let seen = new Set<number>();
  const steps: number[] = [];
  const begun: number[] = [];
  const keys = ({count, pixels}: {readonly count: number; readonly pixels: Float32Array}) =>
    Array.from({length: count}, (_, n) => Math.round(pixels[n] * 255));
  const network = {
    classNames,
    imageShape: [1, 1, 1],
    async trainBatch(batch: LabelledImages) {
      steps.push(batch.count);
      for (const key of keys(batch)) seen.add(key);
      return {lossSum: 0, correct: 0, answers: {}};
    },
    logits: async (images: LabelledImages) =>
      Float32Array.from(keys(images).flatMap((key) => (seen.has(key) ? [50, 0] : [0, 50]))),
    async setWeights() {
      begun.push(seen.size);
      seen = new Set();
    },
    async setOptimizerState() {},
  };
  return {network: network as unknown as Network, steps, begun}; // all of a network that cross-validation uses
}

/** Images stay as they are. */
const NONE = {shift: 0, turn: 0, zoom: 0, flip: "none", brightness: 0, contrast: 0} as const;
const COUNT = 23;
const images = byteSplit(
  {shape: [COUNT, 1, 1], values: Uint8Array.from({length: COUNT}, (_, n) => 10 * n)},
  Uint8Array.from({length: COUNT}, (_, n) => n % 2),
  [1, 1, 1],
);

function folding(network: Network, folder: string, more: Partial<Folding> = {}): Folding {
  return {
    ...{network, images, folds: 4, untrained: [], fresh: {steps: 0, slots: []}, optimizer: "adam", ranges: NONE},
    labels: Array.from({length: COUNT}, (_, n) => n % 2),
    training: {epochs: 2, batchSize: 16, seed: 3, schedule: constant(0.1)},
    directory: openRunDirectory(folder),
    ...more,
  };
}

async function ended<R>(work: AsyncGenerator<RunEvent, R>) {
  const doing = new Set<string>();
  for (;;) {
    const {done, value} = await work.next();
    if (done) return {answers: value, doing: [...doing]};
    if (value.type === "data") doing.add(value.doing);
  }
}

describe("cross-validation", () => {
  test("asks about every image a network that has seen all others but its fold, and not the image", async () => {
    const {network, steps, begun} = memorising(["seen", "new"]);
    const {answers, doing} = await ended(crossValidate(folding(network, temporaryFolder())));
    const unseen = Array.from({length: COUNT}, () => [0, 1]).flat();
    expect(answers).toBeAllClose(unseen, {rtol: 0, atol: 1e-12});
    expect(doing).toEqual(["fold 1 of 4", "fold 2 of 4", "fold 3 of 4", "fold 4 of 4"]);
    // each begins anew; before it, the last one had seen all images but the six or five of its fold
    expect(begun).toEqual([0, 17, 17, 17]);
    // 17 or 18 images in batches of 8, 1,200 steps or more a network
    expect(steps.length).toBe(4 * 1200);
    expect(Math.max(...steps)).toBe(8);
  });

  test("a run's own epochs are kept where they are more, and its batches where there are images enough", async () => {
    const {network, steps} = memorising(["seen", "new"]);
    const training = {epochs: 700, batchSize: 4, seed: 3, schedule: constant(0.1)};
    await ended(crossValidate(folding(network, temporaryFolder(), {training, folds: 2})));
    expect(steps.length).toBe(2 * 700 * 3);
    expect(Math.max(...steps)).toBe(4);
  });

  test("continues after a stop with the fold that was interrupted, to the same answers", async () => {
    const folder = temporaryFolder();
    const interrupt = new AbortController();
    const first = memorising(["seen", "new"]);
    const work = crossValidate(folding(first.network, folder, {signal: interrupt.signal}));
    for await (const event of work) if (event.type === "data" && event.doing === "fold 3 of 4") interrupt.abort();
    const second = memorising(["seen", "new"]);
    const {answers, doing} = await ended(crossValidate(folding(second.network, folder)));
    expect(doing).toEqual(["fold 3 of 4", "fold 4 of 4"]);
    expect(answers?.length).toBe(2 * COUNT);
    // folds of another number are other folds
    const {doing: anew} = await ended(crossValidate(folding(second.network, folder, {folds: 3})));
    expect(anew).toEqual(["fold 1 of 3", "fold 2 of 3", "fold 3 of 3"]);
  });

  test("gives nothing where the user is interrupted", async () => {
    const interrupt = new AbortController();
    interrupt.abort();
    const {network} = memorising(["seen", "new"]);
    const {answers} = await ended(crossValidate(folding(network, temporaryFolder(), {signal: interrupt.signal})));
    expect(answers).toBe(undefined);
  });
});

describe("600 pictures of which four lie in the wrong folder", () => {
  const folder = temporaryFolder();
  const path = join(folder, "save", "r");
  afterAll(() => rmSync(folder, {recursive: true, force: true}));

  test("are asked about once each, and all four are found by their paths", async () => {
    const misplaced = writeMislabelledShapes(join(folder, "shapes"));
    const all = {trainLimit: 1e9, testLimit: 1e9, batchSize: 64, epochs: 1};
    const events = await runAll({
      ...{...all, data: join(folder, "shapes"), save: join(folder, "save"), name: "r", probes: "none", folds: 5},
    });
    const lines = readFileSync(join(folder, "save", "r", "suspects.csv"), "utf8")
      .trim()
      .split("\n");
    expect(lines[0]).toBe(
      "rank,split,index,source_index,file,given_label,predicted_label,label_score,is_label_issue,method,reason,decision,new_label",
    );
    const rows = lines.slice(1).map((line) => line.split(","));
    expect(rows.length).toBe(600);
    expect(new Set(rows.map(([, , , , file]) => file)).size).toBe(600);
    const doubted = rows.filter(([, , , , , , , , isIssue]) => isIssue === "1").map(([, , , , file]) => file);
    // how many are wrong is an estimate, to one or two; the order is not
    expect(doubted.filter((file) => misplaced.includes(file)).length).toBeGreaterThanOrEqual(3);
    expect(doubted.length).toBeLessThan(10);
    expect(
      rows
        .slice(0, 4)
        .map((row) => row[4])
        .sort(),
    ).toEqual(misplaced.toSorted());
    const scores = rows.map((row) => Number(row[7]));
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    const told = events.find(({type}) => type === "labels");
    expect(told).toMatchObject({asked: 600, path: join(folder, "save", "r", "suspects.csv")});
  });

  test("are judged afterwards as the run judged them, bit for bit, and only a fold that lacks is trained", async () => {
    const file = readTrainedRun(path, "labels");
    const run = {path, file, data: await reopenedData(path, file)};
    const own = await listedSuspects(path, run.data, SPLITS);
    rmSync(join(path, "artifacts", "folds", "fold-2.json"));
    await expect(ended(judgedLabels(run, ["train"], "confident", 0))).rejects.toThrow(
      `${path}: expected answers to the training images by networks that did not learn from them, got none; ` +
        "--folds 5 trains five such networks now",
    );
    const again = await ended(judgedLabels(run, SPLITS, "confident", 5));
    expect(again.doing).toEqual(["fold 2 of 5"]);
    expect(again.answers).toEqual(own);
    // from now on the run has them
    const train = await ended(judgedLabels(run, ["train"], "confident", 0));
    expect([train.doing, train.answers]).toEqual([[], own.filter(({split}) => split === "train")]);
  });
});

test("a run without folds has its held-out labels judged by its best epoch, as it judged them itself", async () => {
  const save = temporaryFolder();
  await runAll({save, name: "r", probes: "none", epochs: 1, trainLimit: 300, testLimit: 60});
  const path = join(save, "r");
  const file = readTrainedRun(path, "labels");
  const run = {path, file, data: await reopenedData(path, file)};
  const heldOut = ["validation", "test"] as const;
  const own = await listedSuspects(path, run.data, heldOut);
  for (const method of ["best", "confident"] as const) {
    expect((await ended(judgedLabels(run, heldOut, method, 0))).answers).toEqual(own);
  }
  const {answers = []} = await ended(judgedLabels(run, SPLITS, "best", 0));
  expect(answers.filter(({split}) => split !== "train")).toEqual(own);
  expect(new Set(answers.map(({split, method}) => `${split} ${method}`))).toEqual(
    new Set(["train best epoch", "validation held out", "test held out"]),
  );
  const scores = answers.map(({score}) => score);
  expect(scores).toEqual(scores.toSorted((a, b) => a - b));
  rmSync(save, {recursive: true, force: true});
});

test.each([
  ["auto", 0, ["train"], "dynamics"],
  ["auto", 0, ["test"], "auto"],
  ["auto", 5, ["train"], "confident"],
  ["best", 0, ["train", "validation", "test"], "best"],
  ["dynamics", 5, ["train"], "--folds: expected --method confident, got --method dynamics"],
  ["dynamics", 0, ["test"], /^--method dynamics: expected --split train, because .*, got --split test$/],
] as const)(
  "--method %s and --folds %i of %s mean one way to judge, or are refused",
  (method, folds, splits, expected) => {
    const chosen = () => chosenMethod({method, folds}, splits);
    if (expected === "dynamics" || expected === "auto" || expected === "confident" || expected === "best")
      expect(chosen()).toBe(expected);
    else expect(chosen).toThrow(expected);
  },
);
