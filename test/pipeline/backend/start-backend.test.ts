/** @file The engines that compute, and kernels that are registered for one of them. */
import * as tf from "@tensorflow/tfjs";
import {afterAll, describe, expect, test} from "vitest";

import {startBackend} from "../../../src/pipeline/backend/index";
import {add, kernelsOn, before as putBefore} from "../../../src/pipeline/backend/wasm/heap";

afterAll(() => tf.setBackend("cpu"));

test("an engine that is asked for starts, and says why it was taken", async () => {
  expect(await startBackend("cpu")).toEqual({name: "cpu", version: tf.version.tfjs, why: "asked for"});
  expect(tf.getBackend()).toBe("cpu");
});

test("without a wish the first engine that works is taken", async () => {
  expect(await startBackend("auto")).toEqual({
    ...{name: "wasm", version: tf.version.tfjs, why: "the first that works here"},
  });
  expect(tf.getBackend()).toBe("wasm");
});

describe("kernels on wasm", () => {
  const tensor: tf.TensorInfo = {dataId: {}, shape: [1], dtype: "float32"};
  const run = (name: string, attrs?: object) =>
    tf.getKernel(name, "wasm")?.kernelFunc({inputs: {}, ...(attrs ? {attrs: attrs as never} : {}), backend: {}});

  test("are added once, and get their attributes, or none", async () => {
    await startBackend("wasm");
    const seen: unknown[] = [];
    const first = (_: object, attributes: object) => {
      seen.push(attributes);
      return tensor;
    };
    add("_OwnOfThisTest", first);
    add("_OwnOfThisTest", () => {
      throw new Error("the second one");
    });
    expect(run("_OwnOfThisTest", {rate: 2})).toBe(tensor);
    run("_OwnOfThisTest");
    expect(seen).toEqual([{rate: 2}, {}]);
  });

  test("come before the one that is there, where they choose to", async () => {
    const other = {...tensor};
    add("_BesideOfThisTest", () => other);
    const choose = (_: object, {mine}: {readonly mine?: unknown}) => (mine ? () => tensor : undefined);
    putBefore("_BesideOfThisTest", choose);
    const registered = tf.getKernel("_BesideOfThisTest", "wasm")?.kernelFunc;
    putBefore("_BesideOfThisTest", () => () => other); // once
    expect(tf.getKernel("_BesideOfThisTest", "wasm")?.kernelFunc).toBe(registered);
    expect([run("_BesideOfThisTest", {mine: 1}), run("_BesideOfThisTest", {}), run("_BesideOfThisTest")]).toEqual([
      ...[tensor, other, other],
    ]);
    expect(run("_BesideOfThisTest", {mine: 1})).toBe(tensor);
    expect(run("_BesideOfThisTest")).toBe(other);
    expect(() => putBefore("_NoneOfThisTest", choose)).toThrow(
      "kernel _NoneOfThisTest: expected one on the wasm backend, got none",
    );
  });

  test("need the memory of their backend", () => {
    for (const heap of [{}, {wasm: {asm: {memory: 1}}}])
      expect(() => kernelsOn(heap as never)).toThrow("tfjs-backend-wasm: expected its memory, got ");
  });
});
