import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";

import {appended, decodeModel} from "../../src/onnx/file/model";
import {floatsTensor} from "../../src/onnx/file/tensors";
import {type OnnxGraph, openOnnx, type Runtime, readState, runtimeHere, withState} from "../../src/onnx/index";
import {FOLDER, referenceOf} from "../support/onnx-fixtures";
import {floats, node, tinyGraph, value} from "../support/tiny-graph";

const read = (name: string) => readFileSync(`${FOLDER}/states/${name}`);

/** Counts the sessions that are started. */
async function counting(): Promise<Runtime & {readonly started: () => number}> {
  const runtime = runtimeHere(await import("onnxruntime-node"));
  let count = 0;
  return {
    start(...args) {
      count++;
      return runtime.start(...args);
    },
    started: () => count,
  };
}

describe("epochs of one graph", () => {
  test("take over what was found of the first one: the same gradient, without a look", async () => {
    const {inputs, seed} = referenceOf("states/epoch");
    const question = {output: "y", weights: seed};
    const epoch = withState(read("graph.onnx"), readState(read("epoch.pt")));
    const runtime = await counting();
    const first = await openOnnx(read("graph.onnx"), {runtime});
    await first.gradient(inputs, question);
    expect(runtime.started()).toBe(3); // forward, the look, the gradient
    const alone = await openOnnx(epoch, {runtime});
    const wanted = await alone.gradient(inputs, question);

    const before = runtime.started();
    const next = await openOnnx(epoch, {runtime, like: first});
    expect(await next.gradient(inputs, question)).toEqual(wanted);
    expect(runtime.started() - before).toBe(2);
    await Promise.all([first, alone, next].map((graph) => graph.dispose()));
  });

  const model = (bound: number, op = "Clip", w = 1) =>
    tinyGraph({
      node: [node("Mul", ["x", "w"], "h"), node(op, op === "Clip" ? ["h", "", "bound"] : ["h"], "y")],
      initializer: [floatsTensor("w", "float32", [w]), floatsTensor("bound", "float32", [bound], [])],
      input: [value("x", ["n"])],
      output: [value("y")],
    });
  const asked = async (graph: OnnxGraph) => [
    ...((await graph.gradient({x: floats([5])}, {output: "y", weights: floats([1])})).x.data as Float32Array),
  ];

  test("may differ in their weights, and in nothing else", async () => {
    const first = await openOnnx(model(6));
    expect(await asked(first)).toEqual([1]);
    const heavier = await openOnnx(model(6, "Clip", 3), {like: first});
    expect(await asked(heavier)).toEqual([0]);
    await expect(openOnnx(model(6, "Relu"), {like: first})).rejects.toThrow(
      "model: expected the same graph as the other file's, got another node 1: Relu → y, not Clip → y",
    );
    const other = await openOnnx(model(4), {like: first});
    await expect(asked(other)).rejects.toThrow(
      'model: expected the constant "bound" as in the other file, got other numbers',
    );
    await Promise.all([first, heavier, other].map((graph) => graph.dispose()));
  });
});

test("four sets of targets are kept: the fifth's session takes the place of the oldest", async () => {
  const runtime = await counting();
  const bytes = tinyGraph({
    node: ["a", "b", "c", "d", "y"].map((name, i, all) => node("Exp", [all[i - 1] ?? "x"], name)),
    input: [value("x", ["n"])],
    output: [value("y")],
  });
  const graph = await openOnnx(bytes, {runtime});
  const ask = (to: string) => graph.gradient({x: floats([0])}, {output: "y", weights: floats([1]), wrt: [to]});
  for (const to of ["x", "a", "b", "c"]) await ask(to);
  const before = runtime.started();
  await ask("x");
  expect(runtime.started()).toBe(before);
  await ask("d"); // the oldest is a's now
  await ask("x");
  expect(runtime.started()).toBe(before + 1);
  await ask("a");
  expect(runtime.started()).toBe(before + 2);
  await graph.dispose();
});

test("a model that has an appendix can get another: second derivatives", async () => {
  const cube = tinyGraph({
    node: [node("Mul", ["x", "x"], "s"), node("Mul", ["s", "x"], "y")],
    input: [value("x", ["n"])],
    output: [value("y")],
  });
  const graph = await openOnnx(cube);
  const x = floats([5]);
  const {appendix} = await graph.plan.appendix({x}, "y", ["x"], decodeModel(cube));
  const twice = await openOnnx(appended(cube, appendix.model));
  const [slope] = appendix.gradients;
  const feeds = {x, [appendix.seed]: floats([1])};
  const {values, gradients} = await twice.runWithGradient(feeds, {output: slope, weights: floats([1]), wrt: ["x"]});
  expect([values[slope].data, gradients.x.data]).toEqual([Float32Array.of(75), Float32Array.of(30)]);
  await Promise.all([graph, twice].map((one) => one.dispose()));
});
