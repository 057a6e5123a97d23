/** @file Questions to a model of a fixed batch, and what is found of a model once, without onnxruntime. */
import {describe, expect, test} from "vitest";

import type {Compute} from "../../src/onnx/compute";
import {computeWith} from "../../src/onnx/compute";
import type {ModelProto} from "../../src/onnx/file/model";
import {floatsTensor} from "../../src/onnx/file/tensors";
import {inFixedBatches} from "../../src/onnx/fixed-batch";
import {planOf} from "../../src/onnx/plan";
import type {Feeds, NdArray, Runtime, SessionSettings} from "../../src/onnx/runtime/runtime";
import {lookAt} from "../../src/onnx/seen";
import {floats, node, value} from "../support/tiny-graph";

const numbers = ({data}: NdArray) => [...(data as Float32Array)];

describe("a model of a fixed batch of two", () => {
  const model: ModelProto = {
    graph: {
      node: [node("Mul", ["x", "w"], "y"), node("Neg", ["w"], "v"), node("ReduceSum", ["x"], "s")],
      initializer: [floatsTensor("w", "float32", [10])],
      input: [value("x", [2, 1])],
      output: [value("y")],
    },
  };
  const asked: (readonly number[])[] = [];
  const seeds: (readonly number[])[] = [];
  const answer = (x: NdArray, names: readonly string[]): Feeds => {
    asked.push(numbers(x));
    const y = numbers(x).map((n) => 10 * n);
    const all: Feeds = {y: floats(y, [2, 1]), v: floats([-10], [1]), s: floats([y[0] + y[1]], [1])};
    return Object.fromEntries(names.map((name) => [name, all[name]]));
  };
  const whole: Compute = {
    run: async ({x}, names) => answer(x, names),
    back: async ({x}, {seed, values}) => {
      seeds.push(numbers(seed));
      return {values: answer(x, values), gradients: {x, w: floats([numbers(x)[0]], [1])}};
    },
    sizes: async ({x}) => new Map([["x", {type: "float32", dims: x.dims}]]),
    dispose: async () => {},
  };
  const compute = inFixedBatches(whole, 2, model, [{name: "x", type: "float32", dims: [2, 1]}]);
  const three = floats([1, 2, 3], [3, 1]);
  const two = floats([1, 2], [2, 1]);

  test("is asked for two at a time; the last row fills the last batch up", async () => {
    const {y} = await compute.run({x: three}, ["y"]);
    expect(asked.splice(0)).toEqual([
      [1, 2],
      [3, 3],
    ]);
    expect([numbers(y), y.dims]).toEqual([
      [10, 20, 30],
      [3, 1],
    ]);
  });

  test("as it is where two are asked for", async () => {
    const out = await compute.run({x: two}, ["y", "s"]);
    expect(asked.splice(0)).toEqual([[1, 2]]);
    expect(numbers(out.s)).toEqual([30]);
    expect([...(await compute.sizes({x: three}))][0][1].dims).toEqual([2, 1]);
    expect([...(await compute.sizes({x: two}))][0][1].dims).toEqual([2, 1]);
  });

  test("gives a tensor that hangs on no input as it is, however many batches there are", async () => {
    expect(numbers((await compute.run({x: three}, ["v"])).v)).toEqual([-10]);
    const question = {from: "y", seed: floats([1, 1, 1], [3, 1]), to: ["x"], values: ["v"]};
    expect(numbers((await compute.back({x: three}, question)).values.v)).toEqual([-10]);
  });

  test("refuses what has no row for each image", async () => {
    await expect(compute.run({x: three}, ["s"])).rejects.toThrow(
      '"s": expected 2 rows, the fixed batch size of the inputs, got [1]: pass 2 at a time',
    );
  });

  test("has gradients of its rows one after another, and those of its weights as their sum", async () => {
    seeds.length = 0;
    const {values, gradients} = await compute.back(
      {x: three},
      {from: "y", seed: floats([5, 6, 7], [3, 1]), to: ["x", "w"], values: ["y"]},
    );
    expect(seeds).toEqual([
      [5, 6],
      [7, 0], // what fills the batch up counts nothing
    ]);
    expect([numbers(values.y), values.y.dims]).toEqual([
      [10, 20, 30],
      [3, 1],
    ]);
    expect([numbers(gradients.x), numbers(gradients.w)]).toEqual([[1, 2, 3], [1 + 3]]);
  });
});

describe("a look at a model", () => {
  /** A runtime that doubles x, and may refuse a number of rows. */
  function doubling(refused: readonly number[] = []) {
    const started: SessionSettings[] = [];
    const rows: number[] = [];
    const runtime: Runtime = {
      start: async (_, settings) => {
        started.push(settings);
        return {
          inputs: [],
          outputs: [],
          run: async ({x}, names) => {
            rows.push(x.dims[0]);
            if (refused.includes(x.dims[0])) throw new Error("another batch");
            const made: {[name: string]: NdArray} = {
              y: floats(
                numbers(x).map((n) => 2 * n),
                x.dims,
              ),
              k: floats([7], [1]),
              "seen:w": floats([3], [1]),
            };
            return Object.fromEntries(names.map((name) => [name, made[name]]));
          },
          release: async () => {},
        };
      },
    };
    return {runtime, started, rows};
  }
  const long = Array.from({length: 65}, (_, n) => n);
  const model: ModelProto = {
    opsetImport: [{version: 17}],
    graph: {
      node: [node("Mul", ["x", "w"], "y"), node("Neg", ["w"], "k")],
      initializer: [floatsTensor("w", "float32", [3]), floatsTensor("long", "float64", long)],
      input: [value("x", ["n", 2])],
      output: [value("y")],
    },
  };
  const settings = {threads: 1};
  const x = floats([1, 2], [1, 2]);

  test("takes two and three rows, which tells what is a batch, what is constant and what is small", async () => {
    const {runtime, started, rows} = doubling();
    const sizes = await lookAt(runtime, new Uint8Array(), model, {x}, ["x"], settings);
    expect([started, rows]).toEqual([[{threads: 1, optimise: false}], [2, 3]]);
    expect(Object.fromEntries(sizes)).toEqual({
      x: {type: "float32", dims: [-1, 2]},
      y: {type: "float32", dims: [-1, 2]},
      k: {type: "float32", dims: [1], values: [7]},
      w: {type: "float32", dims: [1], values: [3]},
      long: {type: "float64", dims: [65]},
    });
  });

  test("takes what is fed where no batch is free, or where it refuses another", async () => {
    const {runtime, rows} = doubling([2]);
    const sizes = await lookAt(runtime, new Uint8Array(), model, {x}, ["x"], settings);
    expect([rows, sizes.get("x")?.dims]).toEqual([
      [2, 1],
      [1, 2],
    ]);
    const fixed = doubling();
    await lookAt(fixed.runtime, new Uint8Array(), model, {x}, [], settings);
    expect(fixed.rows).toEqual([1]);
    const none = lookAt(doubling([1, 2]).runtime, new Uint8Array(), model, {x}, ["x"], settings);
    await expect(none).rejects.toThrow("model: expected to run with these inputs, got: another batch");
    const empty = lookAt(runtime, new Uint8Array(), model, {x: floats([], [0, 2])}, ["x"], settings);
    await expect(empty).rejects.toThrow('input "x": expected 1 row or more, got none');
  });

  test("is taken once for all batches, and again for other sizes and after a failure", async () => {
    const {runtime, started} = doubling();
    const prepared = {model, bytes: () => new Uint8Array()};
    const plan = planOf(prepared, ["x"], runtime, settings);
    await plan.sizes({x});
    await plan.sizes({x: floats([1, 2, 3, 4], [2, 2])});
    expect(started).toHaveLength(1);
    await plan.sizes({x: floats([1, 2, 3], [1, 3])});
    expect(started).toHaveLength(2);
    const failing = doubling([1, 2]);
    const other = planOf(prepared, ["x"], failing.runtime, settings);
    for (let n = 1; n <= 2; n++) {
      await expect(other.sizes({x})).rejects.toThrow("expected to run");
      expect(failing.started).toHaveLength(n);
    }
  });

  test("makes a gradient once, whose seed must have the sizes of what it begins at", async () => {
    const {runtime} = doubling();
    const prepared = {model, bytes: () => new Uint8Array()};
    const plan = planOf(prepared, ["x"], runtime, settings);
    const first = await plan.appendix({x}, "y", ["x"], model);
    expect((await plan.appendix({x}, "y", ["x"], model)).appendix).toBe(first.appendix);
    expect((await plan.appendix({x}, "y", ["w"], model)).appendix).not.toBe(first.appendix);
    for (const [from, to] of [
      ["q", "x"],
      ["y", "q"],
    ])
      await expect(plan.appendix({x}, from, [to], model)).rejects.toThrow('a tensor of the model, got "q"');
    const forward = await runtime.start(new Uint8Array(), settings);
    const compute = computeWith({running: prepared, trained: prepared, forward, plan, runtime, settings});
    const back = (seed: NdArray) => compute.back({x}, {from: "y", seed, to: ["x"], values: []});
    for (const seed of [floats([1, 1, 1], [1, 3]), floats([1, 1], [2]), {...floats([1, 1], [1, 2]), type: "float64"}])
      await expect(back(seed)).rejects.toThrow(/^weights: expected \[rows, 2\] of float32, as "y", got \[[\d, ]+\] of/);
    await expect(compute.run({x}, ["q"])).rejects.toThrow('that the model makes, got "q"');
    expect(Object.keys(await compute.run({x}, ["y"]))).toEqual(["y"]);
  });
});
