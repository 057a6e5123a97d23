/** @file Networks of the user's own: files that make one, weights to begin with, layers that stay as they are. */
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import * as tf from "@tensorflow/tfjs";
import {describe, expect, test} from "vitest";
import {resolveOptions} from "../../../src/nouns/options";
import {freeze} from "../../../src/pipeline/model/own/frozen";
import {isModelFile, type ModelFile} from "../../../src/pipeline/model/own/model-file";
import {ownModel} from "../../../src/pipeline/model/own/own-model";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readRunFile} from "../../../src/pipeline/record/run-file";
import {type RunControl, run} from "../../../src/pipeline/run";
import type {RunEvent} from "../../../src/pipeline/run/events";
import {type RunOptions, runOptions} from "../../../src/pipeline/run/options";
import {placed} from "../../../src/pipeline/run/starting-weights";
import {temporaryFolder} from "../../support/idx-files";
import {metricsOf} from "../../support/small-run";

const BLOCK = `
import * as tf from "@tensorflow/tfjs";
export function block(x: tf.SymbolicTensor, filters: number, seed: number, name: string): tf.SymbolicTensor {
  const kernelInitializer = tf.initializers.heNormal({seed});
  const conv = (own: string, kernelSize: number) =>
    tf.layers.conv2d({filters, kernelSize, padding: "same", name: name + own, kernelInitializer}).apply(x) as tf.SymbolicTensor;
  const left = tf.layers.batchNormalization({name: name + "norm"}).apply(conv("left", 3)) as tf.SymbolicTensor;
  const sum = tf.layers.add({name: name + "sum"}).apply([left, conv("right", 1)]);
  return tf.layers.reLU({name: name + "relu"}).apply(sum) as tf.SymbolicTensor;
}
`;
const BRANCHES = `
import * as tf from "@tensorflow/tfjs";
import {block} from "./block";
export default function (imageShape: readonly number[], classes: number, seed: number): tf.LayersModel {
  const input = tf.input({shape: [...imageShape], name: "images"});
  const pool = tf.layers.maxPooling2d({poolSize: 4, name: "pool"});
  const one = block(pool.apply(input) as tf.SymbolicTensor, 6, seed, "one");
  const both = tf.layers.concatenate({name: "both"}).apply([one, pool.output as tf.SymbolicTensor]) as tf.SymbolicTensor;
  const flat = tf.layers.flatten({name: "flat"}).apply(both) as tf.SymbolicTensor;
  const kept = tf.layers.dropout({rate: 0.3, name: "drop"}).apply(flat) as tf.SymbolicTensor;
  const kernelInitializer = tf.initializers.glorotNormal({seed});
  const out = tf.layers.dense({units: classes, activation: "softmax", name: "head", kernelInitializer}).apply(kept);
  return tf.model({inputs: input, outputs: out as tf.SymbolicTensor});
}
`;

/** A file of the user's. */
function written(name: string, text: string, folder = temporaryFolder()): ModelFile {
  const path = join(folder, name);
  writeFileSync(path, text);
  if (!isModelFile(path)) throw new Error(`${path} is no model file`);
  return path;
}

/** A network with a branch, in a file that imports another. */
function branches(): {readonly file: ModelFile; readonly block: ModelFile} {
  const folder = temporaryFolder();
  return {block: written("block.ts", BLOCK, folder), file: written("my-model.ts", BRANCHES, folder)};
}

const FEW = {trainLimit: 360, testLimit: 60, epochs: 2, batchSize: 32, probes: "confusion", projector: 0};
const weightsIn = (path: string) => readFileSync(join(path, "model", "weights.bin"));
const figuresOf = (path: string) => metricsOf(path).map(({seconds: _, ...figures}) => figures);

/** @param isEnough Of an event: whether the run is broken off there. */
async function runOf(
  options: Partial<RunOptions>,
  control: RunControl = {},
  isEnough: (event: RunEvent) => boolean = () => false,
) {
  const stop = new AbortController();
  const given = resolveOptions(runOptions, {...FEW, save: temporaryFolder(), ...options}, "--");
  const events: RunEvent[] = [];
  for await (const event of run(given, {}, {page: false, ...control, signal: stop.signal})) {
    events.push(event);
    if (isEnough(event)) stop.abort();
  }
  const start = events.find((event) => event.type === "start");
  if (start?.type !== "start") throw new Error("the run did not begin");
  const notes = events.flatMap((event) => (event.type === "say" ? [event.line] : []));
  return {path: start.path, engine: start.engine, notes};
}

test.each(["fused", "wasm"] as const)(
  "a functional network with branches trains on %s, and a run that continues leaves the same bits as an uninterrupted one",
  async (engine) => {
    const {file} = branches();
    const whole = await runOf({model: file, name: "whole", engine: engine === "fused" ? "auto" : engine});
    expect(whole.engine.name).toBe(engine);
    expect(readRunFile(whole.path)).toMatchObject({
      model: {name: "my-model", file: {path: file}},
      options: {model: file},
    });
    expect(whole.notes).toEqual([]);
    const lines = metricsOf(whole.path);
    expect(lines[2].trainLoss).toBeLessThan(lines[1].trainLoss ?? 0);

    const save = temporaryFolder();
    const isSecond = (event: RunEvent) => event.type === "train" && event.epoch === 2 && event.batch === 3;
    const broken = await runOf({model: file, name: "broken", save, engine}, {}, isSecond);
    expect(metricsOf(broken.path).length).toBe(2);
    const resumed = await runOf({model: file, name: "broken", save, engine}, {resume: openRunDirectory(broken.path)});
    expect(figuresOf(resumed.path)).toEqual(figuresOf(whole.path));
    expect(weightsIn(resumed.path).equals(weightsIn(whole.path))).toBe(true);
  },
);

test("a run does not continue with a file that has changed, nor with one whose imports have", async () => {
  const {file, block} = branches();
  const save = temporaryFolder();
  const isFirst = (event: RunEvent) => event.type === "train";
  const {path} = await runOf({model: file, name: "changing", save}, {}, isFirst);
  const again = () => runOf({model: file, name: "changing", save}, {resume: openRunDirectory(path)});
  writeFileSync(file, `${BRANCHES}// a word more`);
  await expect(again()).rejects.toThrow(
    `${file}: expected the file that the run began with, got one that has changed since`,
  );
  writeFileSync(file, BRANCHES);
  writeFileSync(block, BLOCK.replace('conv("left", 3)', 'conv("left", 5)'));
  await expect(again()).rejects.toThrow(/my-model\.ts: expected the network that the run began with, got other layers/);
  writeFileSync(block, BLOCK);
  await again();
});

test("a chain of layers keeps the fused engine, whatever it ends in, and needs no import", async () => {
  const chain = (end: string) => `module.exports = (shape, classes, seed, tf) => tf.sequential({layers: [
    tf.layers.flatten({inputShape: [...shape], name: "flat"}), ${end}]});`;
  const dense = (activation: string) =>
    `tf.layers.dense({units: classes, name: "out", activation: "${activation}", kernelInitializer: tf.initializers.heNormal({seed})})`;
  const ends = [
    dense("softmax"),
    dense("linear"),
    `${dense("linear")}, tf.layers.softmax()`,
    `${dense("linear")}, tf.layers.activation({activation: "softmax"})`,
  ];
  const losses: (number | null)[] = [];
  for (const end of ends) {
    const {engine, path} = await runOf({model: written("net.js", chain(end)), epochs: 1});
    expect(engine.name).toBe("fused");
    losses.push(metricsOf(path)[1].trainLoss);
  }
  expect(new Set(losses).size).toBe(1); // the same network
});

const LAYERS = 'tf.layers.flatten({inputShape: s}), tf.layers.dense({units: c, activation: "softmax"})';
const model = (layers: string) => `export default (s, c, seed, tf) => tf.sequential({layers: [${layers}]});`;

test.each([
  [
    "net.js",
    "export const x = 1;",
    "expected a default export (imageShape, classes, seed) => tf.LayersModel, got no default export",
  ],
  ["net.js", "export default {layers: 3};", "got a default export that is an object of Object"],
  [
    "net.mjs",
    'export default () => { throw new Error("no such thing\\nand more"); };',
    "expected a network, got an error: no such thing",
  ],
  ["net.js", 'throw new Error("at once");', "expected a module that can be loaded, got: at once"],
  [
    "net.js",
    'import "not-there"; export default () => 1;',
    "expected a module that can be loaded, got: Cannot find module 'not-there'",
  ],
  [
    "net.ts",
    "export default (s: number[], c seed) => 1;",
    'net.ts:1:32: expected code that can be read, got: Expected ")" but found "seed"',
  ],
  [
    "net.js",
    "export default async () => 1;",
    "expected a tf.LayersModel, got a promise: the function must give it at once",
  ],
  ["net.js", "export default () => 7;", "expected a tf.LayersModel, got a number"],
  [
    "net.js",
    "export default () => ({layers: [], predict() {}});",
    "got one of another copy of @tensorflow/tfjs; take tf from the function's fourth argument",
  ],
  [
    "net.js",
    model(LAYERS.replace("units: c", "units: 7")),
    "expected an output of [3], one number for each class, got [7]",
  ],
  [
    "net.js",
    model(LAYERS.replace("inputShape: s", "inputShape: [9, 9, 3]")),
    "expected an input of [8, 8, 1], the images', got [9, 9, 3]",
  ],
  [
    "net.js",
    model(LAYERS.replace("softmax", "sigmoid")),
    "expected a model that ends in a softmax or in scores, got Dense with sigmoid",
  ],
  [
    "net.js",
    model(LAYERS.replace("softmax", "relu")),
    "expected a model that ends in a softmax or in scores, got Dense with relu",
  ],
  ["net.js", model(`${LAYERS}, tf.layers.reshape({targetShape: [c]})`), "got a softmax within, and then Reshape"],
  [
    "net.js",
    model(`${LAYERS}, tf.layers.repeatVector({n: 2})`),
    "expected an output of [3], one number for each class, got [2, 3]",
  ],
  [
    "net.js",
    model("tf.layers.globalAveragePooling2d({inputShape: [8, 8, 3]})").replace("(s, c", "(s, c"),
    "expected an input of [8, 8, 1]",
  ],
])("%s, %j: one line", async (name, text, message) => {
  await tf.setBackend("cpu");
  const file = written(name, text);
  const failure = await ownModel(file, [8, 8, 1], 3, 0).then(
    () => undefined,
    (error: Error) => error,
  );
  expect(failure?.message).toContain(message);
  expect(failure?.message).toContain("net.");
  expect(failure?.message).not.toContain("\n");
  expect(failure?.name).toBe("EpochscopeError");
});

test("chance that the seed does not reach is told", async () => {
  await tf.setBackend("cpu");
  const {notes} = await ownModel(written("net.js", model(LAYERS)), [8, 8, 1], 3, 0);
  expect(notes.join()).toMatch(/its weights differ from one call to the next, so the run cannot be repeated/);
  const seeded = LAYERS.replace("units: c", "units: c, kernelInitializer: tf.initializers.heNormal({seed})");
  expect((await ownModel(written("net.js", model(seeded)), [8, 8, 1], 3, 0)).notes).toEqual([]);
  const noisy = `tf.layers.gaussianNoise({stddev: 1, inputShape: s, name: "noise"}), ${seeded.replace("{inputShape: s}", "{}")}`;
  expect((await ownModel(written("net.js", model(noisy)), [8, 8, 1], 3, 0)).notes.join()).toMatch(
    /noise: draws without a seed/,
  );
});

describe("--weights and --freeze", () => {
  /** A run's weights by their names. */
  function namedWeights(path: string): Map<string, string> {
    const json = JSON.parse(readFileSync(join(path, "model", "model.json"), "utf8"));
    const bytes = weightsIn(path);
    let at = 0;
    return new Map(
      (json.weightsManifest[0].weights as {name: string; shape: number[]}[]).map(({name, shape}) => {
        const length = shape.reduce((product, n) => product * n, 4);
        at += length;
        return [name, bytes.subarray(at - length, at).toString("hex")];
      }),
    );
  }

  test("a run begins where another ended, and frozen layers stay there, to the bit", async () => {
    const save = temporaryFolder();
    const first = await runOf({model: "mlp", name: "first", save});
    const second = await runOf({weights: "first", freeze: "hidden*", name: "second", save, epochs: 1});
    expect(second.notes).toContain(`begins with the weights of ${first.path}`);
    expect(readRunFile(second.path)).toMatchObject({model: {name: "mlp", weightsFrom: {path: first.path}}});
    const [a, b] = [metricsOf(first.path), metricsOf(second.path)];
    const best = a.reduce((x, y) => (y.validationLoss < x.validationLoss ? y : x));
    expect(b[0].testLoss).toBeCloseTo(best.testLoss, 4); // the network as it was, on another engine
    const [before, after] = [namedWeights(first.path), namedWeights(second.path)];
    const names = [...before.keys()];
    expect(names.some((name) => name.startsWith("hidden"))).toBe(true);
    for (const name of names.filter((one) => one.startsWith("hidden")))
      expect(after.get(name), name).toBe(before.get(name));
    if (b[1].validationLoss < b[0].validationLoss)
      expect(after.get("logits/kernel")).not.toBe(before.get("logits/kernel"));
  });

  test("a run with frozen layers continues to the same bits, its optimizer's memory included", async () => {
    const save = temporaryFolder();
    await runOf({model: "mlp", name: "first", save, epochs: 1});
    const rest = {weights: "first", freeze: "hidden*", save};
    const whole = await runOf({...rest, name: "whole"});
    const isSecond = (event: RunEvent) => event.type === "train" && event.epoch === 2 && event.batch === 3;
    const broken = await runOf({...rest, name: "broken"}, {}, isSecond);
    const resumed = await runOf({...rest, name: "broken"}, {resume: openRunDirectory(broken.path)});
    expect(figuresOf(resumed.path)).toEqual(figuresOf(whole.path));
    expect(weightsIn(resumed.path).equals(weightsIn(whole.path))).toBe(true);
  });

  test("a frozen batch norm answers by its moving averages, and they stay", async () => {
    await tf.setBackend("cpu");
    const {make} = await ownModel(
      written(
        "net.js",
        model(
          `tf.layers.batchNormalization({inputShape: s, name: "norm"}), ${LAYERS.replace("{inputShape: s}", "{}")}`,
        ),
      ),
      [8, 8, 1],
      3,
      0,
    );
    const net = make();
    freeze(net, "norm");
    const x = tf.randomUniform([16, 8, 8, 1], 3, 4, "float32", 1);
    const moving = net
      .getLayer("norm")
      .getWeights()
      .map((tensor) => Array.from(tensor.dataSync()));
    const [learning, asked] = [true, false].map((training) => (net.apply(x, {training}) as tf.Tensor).dataSync());
    expect(learning).toEqual(asked);
    expect(
      net
        .getLayer("norm")
        .getWeights()
        .map((tensor) => Array.from(tensor.dataSync())),
    ).toEqual(moving);
    expect(net.trainableWeights.map(({originalName}) => originalName.split("/")[0])).toEqual(["logits", "logits"]);
    expect(() => freeze(make(), "nor")).toThrow('--freeze: expected layers among norm, logits, got "nor"');
    expect(() => freeze(make(), "*")).toThrow(
      '--freeze: expected some weights to be left to train, got "*", which freezes all',
    );
  });

  const array = (name: string, ...shape: number[]) => ({
    name,
    shape,
    values: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(name.length),
  });

  test("another number of classes keeps the last layer new; anything else that does not fit is refused with both shapes", () => {
    const own = [array("a/kernel", 2, 3), array("logits/kernel", 3, 4), array("logits/bias", 4)];
    const start = (...weights: ReturnType<typeof array>[]) => ({path: "first", sha256: "", weights});
    const other = placed(
      own,
      start(array("other/kernel", 2, 3), array("logits/kernel", 3, 7), array("logits/bias", 7)),
    );
    expect(other.weights.map(({values}) => values[0])).toEqual([12, 13, 11]);
    expect(other.note).toMatch(/the last layer begins anew/);
    expect(() =>
      placed(own, start(array("a/kernel", 2, 5), array("logits/kernel", 3, 4), array("logits/bias", 4))),
    ).toThrow("--weights: expected [2, 3] for a/kernel, got [2, 5] (a/kernel) of first");
    expect(() => placed(own, start(array("a/kernel", 2, 3)))).toThrow(
      "--weights: expected 3 arrays, as the network has, got 1 of first",
    );
    // by name, in whatever order
    const turned = placed(own, start(array("logits/kernel", 3, 4), array("logits/bias", 4), array("a/kernel", 2, 3)));
    expect(turned.weights.map(({values}) => values[0])).toEqual([8, 13, 11]);
  });

  test("weights that have changed since are not taken for a run that continues", async () => {
    const save = temporaryFolder();
    const first = await runOf({model: "mlp", name: "first", save, epochs: 1});
    const {path} = await runOf({weights: "first", name: "second", save}, {}, (event) => event.type === "train");
    const file = join(first.path, "model", "weights.bin");
    const bytes = readFileSync(file);
    bytes[3] ^= 1;
    writeFileSync(file, bytes);
    await expect(runOf({weights: first.path, name: "second", save}, {resume: openRunDirectory(path)})).rejects.toThrow(
      `--weights: expected the weights that the run began with, got others in ${first.path}`,
    );
  });
});
