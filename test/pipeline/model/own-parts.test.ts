/** @file Networks of one's own that are handed over as functions, and what is said of those that do not fit. */
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import * as tf from "@tensorflow/tfjs";
import {beforeAll, describe, expect, test} from "vitest";

import {UserError} from "../../../src/nouns/options";
import {freeze} from "../../../src/pipeline/model/own/frozen";
import {defaultExportOf, stemOf} from "../../../src/pipeline/model/own/model-file";
import {ownModel} from "../../../src/pipeline/model/own/own-model";
import {registeredModel, registeredModels, registerModel} from "../../../src/pipeline/model/own/registered";
import {temporaryFolder} from "../../support/idx-files";

beforeAll(() => tf.setBackend("cpu"));

const dense = (units: number, name: string, more: object = {}) =>
  tf.layers.dense({units, name, kernelInitializer: tf.initializers.heNormal({seed: 1}), ...more});
const flat = (inputShape: readonly (number | null)[]) => tf.layers.flatten({inputShape: [...inputShape]});
const made = (make: (...args: never[]) => unknown) => {
  registerModel("mine", make as never);
  return ownModel("mine", [2, 2, 1], 3, 0);
};

describe("a function that makes a network", () => {
  const two = (inputs: number, outputs: number) => () => {
    const given = Array.from({length: inputs}, (_, i) => tf.input({shape: [2, 2, 1], name: `x${i}`}));
    const sum = inputs === 1 ? given[0] : (tf.layers.add().apply(given) as tf.SymbolicTensor);
    const rows = tf.layers.flatten().apply(sum);
    const ends = Array.from({length: outputs}, (_, i) => dense(3, `y${i}`).apply(rows) as tf.SymbolicTensor);
    return tf.model({inputs: given, outputs: ends});
  };
  const fixed = () => tf.sequential({layers: [flat([2, 2, 1]), dense(3, "y", {trainable: false})]});

  test.each<[string, () => unknown, string]>([
    ["nothing", () => null, "mine: expected a tf.LayersModel, got null"],
    ["an object that only predicts", () => ({predict() {}}), "got an object of Object"],
    ["an object that only has layers", () => ({layers: []}), "got an object of Object"],
    ["a network of other code", () => ({layers: [], predict() {}}), "got one of another copy of @tensorflow/tfjs"],
    [
      "a row too long",
      () => tf.sequential({layers: [flat([2, 2, 1]), dense(7, "y")]}),
      "number for each class, got [7]",
    ],
    ["two inputs", two(2, 1), "expected one input and one output, got 2 and 1"],
    ["two outputs", two(1, 2), "expected one input and one output, got 1 and 2"],
    ["a row as its input", () => tf.sequential({layers: [dense(3, "y", {inputShape: [4]})]}), "the images', got [4]"],
    ["another width", () => tf.sequential({layers: [flat([2, 3, 1]), dense(3, "y")]}), "got [2, 3, 1]"],
    ["nothing to train", fixed, "mine: expected weights to train, got none"],
  ])("is refused with %s", async (_, make, message) => {
    await expect(made(make)).rejects.toThrow(message);
  });

  test("passes the user's own words on, and says others with its name", async () => {
    const own = new UserError("mine alone");
    await expect(
      made(() => {
        throw own;
      }),
    ).rejects.toBe(own);
    await expect(
      made(() => {
        throw new Error("broken\nat a line");
      }),
    ).rejects.toThrow(/^mine: expected a network, got an error: broken$/);
  });

  test("may leave the images' size open, and is given what it asks for", async () => {
    const seen: unknown[] = [];
    const {notes, make} = await made((...args: unknown[]) => {
      seen.push(args);
      const pooled = tf.layers.globalAveragePooling2d({inputShape: [null, null, 1]});
      return tf.sequential({layers: [pooled, dense(3, "y", {activation: "softmax"})]});
    });
    expect(seen[0]).toEqual([[2, 2, 1], 3, 1, tf]); // a seed of 0 would be none
    expect(notes).toEqual([]);
    expect(
      make()
        .layers.slice(-2)
        .map(({name}) => name),
    ).toEqual(["logits", "probabilities"]);
  });

  test("is told of regularizers, and of weights that come to be by chance", async () => {
    const penalised = dense(4, "heavy", {kernelRegularizer: tf.regularizers.l2()});
    const {notes} = await made(() => tf.sequential({layers: [flat([2, 2, 1]), penalised, dense(3, "y")]}));
    expect(notes).toEqual(["mine: heavy: regularizers are not applied; the loss is the cross-entropy alone"]);
    let calls = 0;
    const growing = await made(() => {
      calls++;
      const more = calls % 2 ? [] : [dense(4, `more${calls}`)];
      return tf.sequential({layers: [flat([2, 2, 1]), ...more, dense(3, `y${calls}`, {activation: "softmax"})]});
    });
    expect(growing.notes.join()).toContain("its weights differ from one call to the next");
  });

  test("is known by the name that it is registered under", () => {
    const maker = () => 1;
    registerModel("another", maker);
    expect(registeredModel("another")).toBe(maker);
    expect(registeredModel("none")).toBeUndefined();
    expect(registeredModels()).toContain("another");
  });
});

describe("layers are frozen", () => {
  const net = () =>
    tf.sequential({layers: [flat([2, 2, 1]), dense(2, "block.1"), dense(2, "blockx1"), dense(2, "b2"), dense(2, "y")]});
  const frozen = (words: string) => {
    const model = net();
    freeze(model, words);
    return model.layers.filter((layer) => !layer.trainable).map(({name}) => name);
  };

  test("by their names, with stars for anything", () => {
    expect(frozen("block.1")).toEqual(["block.1"]); // a dot is a dot
    expect(frozen("block*1")).toEqual(["block.1", "blockx1"]);
    expect(frozen("b2, block.1")).toEqual(["block.1", "b2"]);
    expect(frozen("*x1")).toEqual(["blockx1"]);
    for (const words of ["", "b2,", "lock*"]) expect(() => frozen(words)).toThrow("--freeze: expected layers among ");
    expect(() => frozen("none")).toThrow('--freeze: expected layers among block.1, blockx1, b2, y, got "none"');
  });

  test("only once, however often they are named", () => {
    const model = net();
    freeze(model, "b2");
    const {call} = model.getLayer("b2");
    freeze(model, "b*");
    expect(model.getLayer("b2").call).toBe(call);
  });
});

describe("a file's default", () => {
  const of = (text: string, whole = false) => {
    const path = join(temporaryFolder(), "own.js");
    writeFileSync(path, text);
    return defaultExportOf(path, "own.js", whole);
  };

  test("is its default export, one level deeper in what was compiled, or all of it where that is meant", async () => {
    expect(await of("module.exports = {default: 5};")).toBe(5);
    expect(await of("module.exports = {default: {default: 6}};")).toBe(6);
    expect(await of("module.exports = 7;")).toBe(7);
    expect(await of("module.exports = {other: 8};")).toBeUndefined();
    expect(await of("module.exports = {other: 8};", true)).toEqual({other: 8});
    expect(await of("module.exports = null;")).toBeUndefined();
    expect(await of("module.exports = {default: null};", true)).toBeNull();
  });

  test("gives a run its name without what no file's name has", () => {
    expect(["a/my net!.mjs", "ünet_2.v1.ts", "***.js"].map(stemOf)).toEqual(["my-net-", "ünet_2.v1", "-"]);
  });
});
