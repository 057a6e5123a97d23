/** @file A run made by hand: its checkpoints, answers and epochs, and what is shown of it while it is followed. */
import {mkdirSync, readFileSync, utimesSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {readRun} from "../../../src/files";
import {UserError} from "../../../src/nouns/options";
import {endOf, follower} from "../../../src/pipeline/handed/follow";
import {ownAnswers} from "../../../src/pipeline/record/answer-files";
import {encode} from "../../../src/pipeline/record/artifact-codec";
import {readCheckpoint} from "../../../src/pipeline/record/checkpoint";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readTrainedRun, runFileText} from "../../../src/pipeline/record/run-file";
import {lockRun} from "../../../src/pipeline/record/run-lock";
import {findRunAt, imageKeys, openSavedRun} from "../../../src/pipeline/record/saved-run";
import {checked, verifyRun} from "../../../src/pipeline/record/verify-run";
import type {EpochMetrics} from "../../../src/pipeline/types";
import {temporaryFolder} from "../../support/idx-files";

const facts = {
  ...{format: "epochscope-run/2", name: "r", startedAt: "2026-01-01T00:00:00.000Z", seed: 4, options: {epochs: 5}},
  ...{probes: {}, engine: {name: "fused"}, model: {name: "cnn"}, versions: {}},
  data: {name: "x", classNames: ["a", "b"], imageShape: [1, 1, 1], train: 9, validation: 1, test: 4},
};

/** Makes a run's folder with its file alone. */
function emptyRun(more: object = {}): {readonly save: string; readonly path: string} {
  const save = temporaryFolder();
  const path = join(save, "r");
  mkdirSync(path);
  writeFileSync(join(path, "run.json"), runFileText({...facts, ...more}));
  return {save, path};
}

const line = (epoch: number, more: Partial<EpochMetrics> = {}): EpochMetrics => ({
  ...{epoch, trainLoss: null, trainAccuracy: null, validationLoss: 9 - epoch, validationAccuracy: 0.5, testLoss: 1},
  ...{testAccuracy: 0.75, seconds: {train: 1, evaluate: 1, probes: 1}, steps: []},
  ...more,
});

const LABELS = Uint16Array.of(0, 1, 1, 0);
const PROBABILITIES = Float32Array.of(0.9, 0.1, 0.2, 0.8, 0.75, 0.25, 1, 0);
/** The answers of an epoch: three of four are right. */
const matrix = (more: object = {}, numbers: object = {}) =>
  ({
    ...{name: "matrix", plot: "confusionMatrix"},
    data: {title: "t", classNames: ["a", "b"], counts: Uint32Array.of(2, 0, 1, 1)},
    numbers: {probabilities: PROBABILITIES, labels: LABELS, ...numbers},
    ...more,
  }) as never;

async function runWith(lines: readonly EpochMetrics[], epochs: readonly number[], more: object = {}) {
  const made = emptyRun(more);
  const directory = openRunDirectory(made.path);
  for (const epoch of epochs) await directory.writeNumbers(epoch, "confusion", matrix());
  await directory.writeMetrics(lines);
  return {...made, directory};
}

describe("a run at an epoch", () => {
  test("is its best one, its last one, or that of a number, of those whose answers are kept", async () => {
    const lines = [
      line(0),
      line(2, {validationLoss: 3}),
      line(3, {validationLoss: 1}),
      line(999, {validationLoss: 2}),
      line(1000, {validationLoss: 3}),
    ];
    const {save, path} = await runWith(lines, [0, 2, 7, 999, 1000]);
    expect((await openSavedRun(path)).epochs).toEqual([0, 2, 999, 1000]); // 7 has no line, and 3 no answers
    const at = async (reference: string) => (await findRunAt(save, reference)).epoch;
    expect([await at("r"), await at("r@best"), await at("r@last"), await at("r@0")]).toEqual([999, 999, 1000, 0]);
    await expect(at("r@3")).rejects.toMatchObject({
      ...{code: "NOT_FOUND", message: "r@3: expected an epoch with answers kept (0, 2, 999, 1000), got 3"},
    });
    const even = await runWith([line(0, {validationLoss: 3}), line(1, {validationLoss: 3})], [0, 1]);
    expect((await findRunAt(even.save, "r")).epoch).toBe(0);
  });

  test("is none of a run without answers", async () => {
    const {save} = await runWith([line(0)], []);
    await expect(findRunAt(save, "r")).rejects.toThrow("r: expected a run with saved answers");
  });

  test("has keys of its images, of pixels and label together", () => {
    const images = (pixels: readonly number[], labels: readonly number[]) =>
      imageKeys({count: 3, shape: [1, 2, 1], pixels: Uint8Array.from(pixels), labels: Uint16Array.from(labels)});
    const [a, b, c] = images([1, 2, 3, 4, 1, 2], [0, 0, 0]);
    expect(c).toBe(a);
    expect(b).not.toBe(a);
    expect(images([3, 4, 1, 2, 1, 2], [0, 0, 1]).slice(0, 2)).toEqual([b, a]);
    expect(images([3, 4, 1, 2, 1, 2], [0, 0, 1])[2]).not.toBe(a);
  });
});

test("a run that watched is not one that trained", () => {
  const {path} = emptyRun({kind: "watch", watch: {folder: "/watched"}});
  expect(() => readTrainedRun(path, "resume")).toThrow(
    `resume: expected a run that trained its network, got r, which watched one: "watch /watched" continues it`,
  );
  expect(readTrainedRun(emptyRun().path, "resume").name).toBe("r");
});

describe("a checkpoint", () => {
  const array = (more: object = {}) => ({name: "w", shape: [1, 2], values: Float32Array.of(1, 2), ...more});
  const whole = {position: {epoch: 1}, weights: [array()], optimizer: {steps: 0, slots: [] as unknown[]}};

  /** Reads one without a digest, as earlier versions wrote it. */
  const read = (value: unknown) => {
    const run = temporaryFolder();
    mkdirSync(join(run, "checkpoint"));
    const {json} = encode(value, "", Number.POSITIVE_INFINITY);
    writeFileSync(join(run, "checkpoint/state.json"), json.replace(/,"sha256":"[0-9a-f]{64}"\}$/, "}"));
    return readCheckpoint(run);
  };

  test("that has all it needs is taken", async () => {
    expect(await read(whole)).toEqual({checkpoint: whole});
    const more = {
      ...whole,
      weights: [],
      optimizer: {steps: 7, slots: [array({shape: [], values: Float32Array.of(1)})]},
    };
    expect(await read(more)).toEqual({checkpoint: more});
  });

  test.each([
    ["a position", {position: null}],
    ["a position", {position: 3}],
    ["whole weights", {weights: null}],
    ["whole weights", {weights: {}}],
    ["whole weights", {weights: [null]}],
    ["whole weights", {weights: [array({name: 1})]}],
    ["whole weights", {weights: [array({shape: 2})]}],
    ["whole weights", {weights: [array(), array({shape: [3]})]}],
    ["whole weights", {weights: [array({values: Float64Array.of(1, 2)})]}],
    ["the optimizer's steps", {optimizer: null}],
    ["the optimizer's steps", {optimizer: {steps: -1, slots: []}}],
    ["the optimizer's steps", {optimizer: {steps: 0.5, slots: []}}],
    ["the optimizer's whole moments", {optimizer: {steps: 1, slots: [array({shape: [2, 2]})]}}],
    ["the optimizer's whole moments", {optimizer: {steps: 1}}],
  ])("without %s is refused: %j", async (what, more) => {
    await expect(read({...whole, ...more})).rejects.toThrow(`expected a checkpoint, got one without ${what}`);
  });
});

describe("files of their own", () => {
  const scatter = (more: object = {}) => ({
    ...{name: "map", plot: "scatter", numbers: {indices: Uint32Array.of(3)}},
    data: {
      title: "t",
      points: Float32Array.of(1, 2),
      labels: Uint16Array.of(1),
      wrong: Uint8Array.of(0),
      classNames: ["a", "b"],
    },
    ...more,
  });
  const own = (probe: string, artifact: unknown, run = temporaryFolder()) =>
    ownAnswers(run, 2, probe, artifact as never);

  test("a map of images has a table", () => {
    const {contents, own: none} = own("projection", scatter()) ?? {contents: []};
    expect(contents.map(([name, content]) => [name, `${content}`])).toEqual([
      ["artifacts/projection/map-epoch-002.csv", "x,y,index,label,wrong\n1,2,3,b,0\n"],
    ]);
    expect(none?.size).toBe(0);
  });

  test.each([
    ["of another probe", "other", {}],
    ["of another name", "projection", {name: "x"}],
    ["of another plot", "projection", {plot: "other"}],
    ["without places", "projection", {numbers: {}}],
    ["without numbers", "projection", {numbers: undefined}],
  ])("a map %s has none", (_, probe, more) => {
    expect(own(probe, scatter(more))).toBeUndefined();
  });

  test("answers stand in predictions, and their labels are those of the test images, if they are these", async () => {
    const {contents, own: of} = own("confusion", matrix()) ?? {contents: []};
    expect(contents.map(([name]) => name)).toEqual(["predictions/epoch-002.npy"]);
    expect([...(of?.keys() ?? [])]).toEqual([PROBABILITIES]);
    const run = temporaryFolder();
    const images = {count: 4, shape: [1, 1, 1] as const, pixels: new Uint8Array(4)};
    await openRunDirectory(run).writeTestImages({...images, labels: LABELS});
    expect([...(own("confusion", matrix(), run)?.own.keys() ?? [])]).toEqual([PROBABILITIES, LABELS]);
    const others = matrix({}, {labels: Uint16Array.of(1, 1, 1, 1)});
    expect([...(own("confusion", others, run)?.own.keys() ?? [])]).toEqual([PROBABILITIES]);
  });

  test.each([
    ["of another probe", "other", matrix()],
    ["of another name", "confusion", matrix({name: "x"})],
    ["of another plot", "confusion", matrix({plot: "other"})],
    ["without numbers", "confusion", matrix({numbers: undefined})],
    ["of labels in bytes", "confusion", matrix({}, {labels: new Uint8Array(4)})],
    ["of probabilities in doubles", "confusion", matrix({}, {probabilities: new Float64Array(8)})],
    ["of too few images", "confusion", matrix({}, {labels: new Uint16Array(3)})],
  ])("answers %s have none", (_, probe, artifact) => {
    expect(own(probe, artifact)).toBeUndefined();
  });
});

describe("a run that is checked", () => {
  const failures = async (path: string) => {
    const found: string[] = [];
    for await (const {name, ok, expected, got} of verifyRun(path)) if (!ok) found.push(`${name}: ${expected}, ${got}`);
    return found;
  };
  const made = async (more: object = {}, numbers: object = {}, lines = [line(0)], data: object = {}) => {
    const {path, directory} = await runWith(lines, [], {data: {...facts.data, ...data}});
    await directory.writeNumbers(0, "confusion", matrix(more, numbers));
    await directory.writeTestImages({count: 4, shape: [1, 1, 1], pixels: new Uint8Array(4), labels: LABELS});
    await directory.writeStatus("done");
    await directory.settle();
    return path;
  };

  test("is whole", async () => {
    expect(await failures(await made())).toEqual([]);
    expect(await failures(await made({}, {}, [line(0, {testAccuracy: 0.75 + 9e-7})]))).toEqual([]);
  });

  test("has other answers than its figures", async () => {
    expect(await failures(await made({}, {}, [line(0, {testAccuracy: 0.7499})]))).toEqual([
      "numbers of epoch 0: 0.7499, 0.75",
    ]);
    const data = {title: "t", classNames: ["a", "b"], counts: Uint32Array.of(2, 0, 0, 2)};
    expect(await failures(await made({data}))).toEqual(["numbers of epoch 0: 2 0 0 2, 2 0 1 1"]);
    const probabilities = Float32Array.from(PROBABILITIES, (p, i) => (i === 7 ? 0.25 : p));
    expect(await failures(await made({}, {probabilities}))).toEqual(["numbers of epoch 0: 1, 1.25"]);
    const less = Float32Array.from(PROBABILITIES, (p, i) => (i === 0 ? 0.5 : p));
    expect(await failures(await made({}, {probabilities: less}))).toEqual([
      expect.stringMatching(/^numbers of epoch 0: 1, 0\.6/),
    ]);
  });

  test("has other images than run.json says; without any, none are looked for", async () => {
    expect(await failures(await made({}, {}, [line(0)], {test: 5}))).toEqual(["test images: 5, 4"]);
    const {path} = await runWith([line(0)], [], {data: {...facts.data, test: 0}});
    expect(await failures(path)).toEqual([]);
  });

  test("has a network of another size than its weights", async () => {
    const path = await made();
    mkdirSync(join(path, "model"));
    const weights = (bytes: number) => writeFileSync(join(path, "model/weights.bin"), new Uint8Array(bytes));
    const weightsManifest = [{weights: [{shape: [2, 3]}, {shape: [2]}]}, {weights: [{shape: []}]}];
    writeFileSync(join(path, "model/model.json"), JSON.stringify({weightsManifest}));
    weights(4 * (6 + 2 + 1));
    expect(await failures(path)).toEqual([]);
    weights(35);
    expect(await failures(path)).toEqual(["model: 36, 35"]);
  });

  test("stops at a file that cannot be read, and tells what it hints at", async () => {
    const outcomes = async (error: Error) => {
      const all: unknown[] = [];
      for await (const check of checked("x", () => Promise.reject(error))) all.push(check);
      return all;
    };
    expect(await outcomes(new UserError("f: expected a, got b; try c"))).toEqual([
      {name: "x", ok: false, expected: "a", got: "b", hint: "try c"},
    ]);
    expect(await outcomes(new UserError("it broke"))).toEqual([
      {name: "x", ok: false, expected: "what was written", got: "it broke"},
    ]);
    await expect(outcomes(new TypeError("x"))).rejects.toThrow(TypeError);
  });
});

describe("a run that is followed", () => {
  test("begins with what run.json says, and tells each epoch once and which is the best so far", async () => {
    const {path, directory} = await runWith([line(0, {validationLoss: 3})], []);
    const {look} = follower(path);
    const [start, ...rest] = await look();
    expect(start).toMatchObject({
      type: "start",
      path,
      epochs: 5,
      data: {name: "x", train: {count: 9}, test: {count: 4}},
    });
    for (const lacking of ["digest", "moreTest"]) expect((start as {data: object}).data).not.toHaveProperty(lacking);
    const told = (events: readonly unknown[]) =>
      (events as {metrics: EpochMetrics; best: boolean}[]).map(({metrics, best}) => [metrics.epoch, best]);
    expect(told(rest)).toEqual([[0, true]]);
    expect(await look()).toEqual([]);
    const lines = [line(0, {validationLoss: 3}), line(1, {validationLoss: 3}), line(2, {validationLoss: 2})];
    await directory.writeMetrics([...lines, line(3, {validationLoss: 2.5, failures: {lime: "broke"}})]);
    utimesSync(join(path, "metrics.jsonl"), 1e9, 1e9);
    const events = await look();
    expect(events.filter(({type}) => type === "failure")).toMatchObject([{probe: "lime", error: {message: "broke"}}]);
    expect(told(events.filter(({type}) => type === "epoch"))).toEqual([
      [1, false],
      [2, true],
      [3, false],
    ]);
  });

  test("tells of its data what it knows, and nothing before it has begun", async () => {
    expect(await follower(temporaryFolder()).look()).toEqual([]);
    const {path} = emptyRun({data: {...facts.data, digest: "d", moreTest: 7}});
    expect(await follower(path).look()).toMatchObject([{type: "start", data: {digest: "d", moreTest: {count: 7}}}]);
  });

  test("tells each batch once while a process trains it, and none of an epoch that is told", async () => {
    const {path} = await runWith([line(0)], []);
    const progress = (epoch: number, batch: number) => {
      const counts = {batch, batches: 9, images: 8, lossSum: 7, correct: 6};
      const steps = [{at: 0.5, loss: 1, accuracy: 0.5}];
      writeFileSync(join(path, "progress.json"), JSON.stringify({epoch, epochs: 5, share: 0.5, counts, steps}));
      return {type: "train", epoch, ...counts, steps};
    };
    const {look} = follower(path);
    const first = progress(1, 2);
    await look();
    expect(await look()).toEqual([]); // no process works on it
    const lock = await lockRun(path);
    expect(await look()).toEqual([first]);
    expect(await look()).toEqual([]);
    expect(await look()).toEqual([]);
    const next = progress(1, 3);
    expect(await look()).toEqual([next]);
    progress(0, 4);
    expect(await look()).toEqual([]);
    writeFileSync(join(path, "progress.json"), JSON.stringify({epoch: 2, epochs: 5, share: 0.5, steps: []}));
    expect(await look()).toEqual([]); // of an earlier version
    await lock.release();
  });

  test("ends with its best epoch, the first of equals, and says that the page is lacking", async () => {
    const {path} = await runWith([line(0), line(1, {validationLoss: 2}), line(2, {validationLoss: 2}), line(3)], []);
    const end = await endOf(path);
    expect(end).toMatchObject({type: "end", path, best: {epoch: 1}, lacking: ["report"]});
    writeFileSync(join(path, "report.html"), "");
    expect(await endOf(path)).not.toHaveProperty("lacking");
  });
});

describe("a run that is read from any source", () => {
  const over = (path: string, changed: {readonly [name: string]: string | undefined} = {}) =>
    readRun(async (name) => {
      if (name in changed) return changed[name] === undefined ? undefined : Buffer.from(changed[name]);
      return readFileSync(join(path, name));
    });

  test("has a digest of each value, or none at all", async () => {
    const {path} = await runWith([line(0)], [0]);
    const name = "artifacts/confusion/matrix-epoch-000.json";
    const text = readFileSync(join(path, name), "utf8");
    const read = async (content: string) => (await over(path, {[name]: content})).artifact("confusion", "matrix", 0);
    expect(await read(text)).toEqual(matrix());
    await expect(read(text.replace('"title":"t"', '"title":"u"'))).rejects.toThrow(
      /^artifacts\/confusion\/matrix-epoch-000\.json: expected SHA-256 [0-9a-f]{64}, got [0-9a-f]{64}: it has been changed/,
    );
    expect(await read(text.replace(/,"sha256":"[0-9a-f]{64}"\}\s*$/, "}"))).toEqual(matrix());
  });

  test("may have no metrics and no test images yet", async () => {
    const {path} = await runWith([], []);
    const gone = {"metrics.jsonl": undefined, "data/test.json": undefined, "artifacts/test-images.json": undefined};
    const run = await over(path, gone);
    expect([run.metrics, await run.testImages()]).toEqual([[], undefined]);
  });
});
