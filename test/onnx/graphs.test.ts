import {describe, expect, test} from "vitest";

import type {GraphProto, NodeProto} from "../../src/onnx/file/model";
import {floatsTensor, intsTensor} from "../../src/onnx/file/tensors";
import {type Feeds, openOnnx} from "../../src/onnx/index";
import {denseGraph, floats, node, tinyGraph, value} from "../support/tiny-graph";

const numbers = (array: {readonly data: ArrayBufferView}) => [...(array.data as Float32Array)];

async function gradientOf(bytes: Uint8Array, feeds: Feeds, weights: readonly number[], wrt = ["x"]): Promise<number[]> {
  const graph = await openOnnx(bytes);
  try {
    const {y} = await graph.run(feeds);
    const gradients = await graph.gradient(feeds, {output: "y", weights: floats(weights, y.dims), wrt});
    return numbers(gradients[wrt[0]]);
  } finally {
    await graph.dispose();
  }
}

const withGraph = (made: NodeProto, graphs: {readonly [name: string]: GraphProto}): NodeProto => ({
  ...made,
  attribute: [...(made.attribute ?? []), ...Object.entries(graphs).map(([name, g]) => ({name, type: 5, g}))],
});

describe("functions of the model's own", () => {
  // twice(a; k) = (a · a) + k, called within another: square(square(x) + 1) + 2
  const constant = {...node("Constant", [], "k"), attribute: [{name: "value_float", type: 1, refAttrName: "k"}]};
  const functions = [
    {
      name: "shifted",
      domain: "own",
      input: ["a"],
      output: ["b"],
      attribute: ["k"],
      opsetImport: [{version: 17}],
      node: [constant, node("Mul", ["a", "a"], "s"), node("Add", ["s", "k"], "b")],
    },
    {
      name: "both",
      domain: "own",
      input: ["a"],
      output: ["b"],
      opsetImport: [{version: 17}, {domain: "own", version: 1}],
      node: [call("a", "h", 1), call("h", "b", 2)],
    },
  ];
  function call(from: string, to: string, k: number): NodeProto {
    return {opType: "shifted", domain: "own", input: [from], output: [to], attribute: [{name: "k", type: 1, f: k}]};
  }
  const bytes = tinyGraph(
    {
      node: [{opType: "both", domain: "own", input: ["x"], output: ["y"]}],
      input: [value("x", ["n", 1])],
      output: [value("y")],
    },
    17,
    {irVersion: 9, functions, opsetImport: [{version: 17}, {domain: "own", version: 1}]},
  );

  test("are written out, within each other and with their attributes", async () => {
    const feeds = {x: floats([3], [1, 1])};
    const graph = await openOnnx(bytes);
    expect(graph.unsupported).toEqual([]);
    expect(numbers((await graph.run(feeds)).y)).toEqual([102]);
    await graph.dispose();
    expect(await gradientOf(bytes, feeds, [1])).toEqual([2 * 10 * 2 * 3]);
  });
});

describe("graphs inside nodes", () => {
  const branch = (opType: string): GraphProto => ({
    name: opType,
    node: [node(opType, ["x"], opType)], // x of the graph around it
    output: [value(opType)],
  });
  const bytes = tinyGraph({
    node: [withGraph(node("If", ["c"], "y"), {then_branch: branch("Exp"), else_branch: branch("Neg")})],
    input: [value("x", ["n", 1]), value("c", [], "bool")],
    output: [value("y")],
  });
  const feeds = {x: floats([0], [1, 1]), c: {type: "bool", dims: [], data: Uint8Array.of(1)}};

  test("run forward, and are refused by name though x is no input of the node", async () => {
    const graph = await openOnnx(bytes);
    expect(graph.unsupported).toEqual(["If"]);
    expect(numbers((await graph.run(feeds)).y)).toEqual([1]);
    await graph.dispose();
    await expect(gradientOf(bytes, feeds, [1])).rejects.toThrow(
      "gradient: expected operators with a gradient rule, got If",
    );
  });
});

describe("what depends on the numbers that are fed", () => {
  test("is no constant, though it was the same in both runs", async () => {
    // The bound is x's own maximum, rounded down: 1 for what is looked at and 3 later. It clips the second number.
    const bytes = tinyGraph({
      node: [
        node("ReduceMax", ["x"], "most", {keepdims: 0}),
        node("Floor", ["most"], "bound"),
        node("Clip", ["x", "", "bound"], "y"),
      ],
      input: [value("x", ["n", 2])],
      output: [value("y")],
    });
    const graph = await openOnnx(bytes);
    const at = async (x: number[]) =>
      numbers((await graph.gradient({x: floats(x, [1, 2])}, {output: "y", weights: floats([1, 1], [1, 2])})).x);
    expect(await at([0.5, 1.5])).toEqual([1, 0]);
    expect(await at([2.5, 3.5])).toEqual([1, 0]);
    await graph.dispose();
  });

  test("sizes that do are refused where a rule needs them", async () => {
    const bytes = tinyGraph({
      node: [
        node("Greater", ["x", "zero"], "c"),
        node("Compress", ["x", "c"], "some", {axis: 0}),
        node("ReduceMean", ["some"], "y", {keepdims: 0}),
      ],
      initializer: [floatsTensor("zero", "float32", [0], [])],
      input: [value("x", [4])],
      output: [value("y")],
    });
    await expect(gradientOf(bytes, {x: floats([1, -1, 2, 3])}, [1])).rejects.toThrow(
      'gradient: expected sizes that depend only on the inputs\' sizes, got "some", whose sizes depend on values',
    );
  });

  test("whole numbers end the way to an input: said so", async () => {
    const bytes = tinyGraph({
      node: [node("Cast", ["x"], "i", {to: 7}), node("Cast", ["i"], "y", {to: 1})],
      input: [value("x", ["n"])],
      output: [value("y")],
    });
    await expect(gradientOf(bytes, {x: floats([1.5])}, [1])).rejects.toThrow(
      'gradient: expected "y" to depend on "x", got no path from one to the other',
    );
  });
});

test("sizes that differ from one question to the next are looked at anew", async () => {
  const bytes = tinyGraph({
    node: [node("ReduceMean", ["x"], "y", {axes: [1], keepdims: 0})],
    input: [value("x", ["n", "length"])],
    output: [value("y")],
  });
  const graph = await openOnnx(bytes);
  for (const length of [2, 5, 2]) {
    const x = floats(Array(length).fill(1), [1, length]);
    const gradients = await graph.gradient({x}, {output: "y", weights: floats([10])});
    expect(numbers(gradients.x)).toEqual(Array(length).fill(Math.fround(10 / length)));
  }
  await graph.dispose();
});

test("a batch that the graph holds fast, though it declares it free, is taken as it is fed", async () => {
  // Exported with batch 1, and the number went into a Reshape.
  const bytes = tinyGraph({
    node: [node("Reshape", ["x", "shape"], "row"), node("MatMul", ["row", "w"], "y")],
    initializer: [intsTensor("shape", [1, 4]), floatsTensor("w", "float32", [1, 2, 3, 4], [4, 1])],
    input: [value("x", ["n", 2, 2])],
    output: [value("y")],
  });
  expect(await gradientOf(bytes, {x: floats([1, 1, 1, 1], [1, 2, 2])}, [1])).toEqual([1, 2, 3, 4]);
});

test("a constant that an exporter lost is a missing input, named", async () => {
  const bytes = tinyGraph({
    node: [node("Sub", ["x", "normalization/Sub/y:0"], "y")],
    input: [value("x", ["n", 2]), value("normalization/Sub/y:0", [1, 2])],
    output: [value("y")],
  });
  await expect(gradientOf(bytes, {x: floats([1, 1], [1, 2])}, [1, 1])).rejects.toThrow(
    "inputs: expected x, normalization/Sub/y:0, got x",
  );
});

test("several inputs and outputs are chosen by name", async () => {
  const bytes = tinyGraph({
    node: [node("Mul", ["a", "b"], "product"), node("Add", ["a", "b"], "sum")],
    input: [value("a", ["n", 1]), value("b", ["n", 1])],
    output: [value("product"), value("sum")],
  });
  const graph = await openOnnx(bytes);
  const feeds = {a: floats([3], [1, 1]), b: floats([5], [1, 1])};
  const weights = floats([1], [1, 1]);
  const both = await graph.gradient(feeds, {output: "product", weights});
  expect([numbers(both.a), numbers(both.b)]).toEqual([[5], [3]]);
  const one = await graph.gradient(feeds, {output: "sum", weights, wrt: ["b"]});
  expect([Object.keys(one), numbers(one.b)]).toEqual([["b"], [1]]);
  await graph.dispose();
});

describe("ties and kinks, as in PyTorch", () => {
  test.each([
    ["Relu at 0", node("Relu", ["x"], "y"), [0, -0, 1e-30], [0, 0, 1]],
    ["Clip at its bounds", node("Clip", ["x", "low", "high"], "y"), [-1, 6, 6 - 2 ** -21], [0, 0, 1]],
    ["Abs at 0", node("Abs", ["x"], "y"), [0, -2, 2], [0, -1, 1]],
    ["equal maxima share", node("ReduceMax", ["x"], "y", {keepdims: 1}), [2, 2, 1], [0.5, 0.5, 0]],
    ["Max of equals shares", node("Max", ["x", "low"], "y"), [-1, -2, 3], [0.5, 0, 1]],
    ["Pow 2 at 0", node("Pow", ["x", "two"], "y"), [0, 1, -3], [0, 2, -6]],
    ["a product with a 0 in it", node("ReduceProd", ["x"], "y", {keepdims: 1}), [0, 3, 5], [15, 0, 0]],
    ["a product with two", node("ReduceProd", ["x"], "y", {keepdims: 1}), [0, 3, 0], [0, 0, 0]],
    ["the norm of nothing", node("ReduceL2", ["x"], "y", {keepdims: 1}), [0, 0, 0], [0, 0, 0]],
  ])("%s", async (_, made, x, wanted) => {
    const stored = {low: -1, high: 6, two: 2};
    const initializer = Object.entries(stored).map(([name, v]) => floatsTensor(name, "float32", [v], []));
    const bytes = tinyGraph({node: [made], initializer, input: [value("x", [3])], output: [value("y")]});
    const count = made.opType.startsWith("Reduce") ? 1 : 3;
    expect(await gradientOf(bytes, {x: floats(x)}, Array(count).fill(1))).toEqual(wanted);
  });
});

test("a tensor that is used twice gets the sum", async () => {
  const bytes = tinyGraph({
    node: [node("Mul", ["x", "x"], "s"), node("Add", ["s", "x"], "t"), node("Add", ["t", "x"], "y")],
    input: [value("x", [1])],
    output: [value("y")],
  });
  expect(await gradientOf(bytes, {x: floats([3])}, [1])).toEqual([2 * 3 + 2]);
});

test("float64 models have gradients of float64", async () => {
  const bytes = tinyGraph({
    node: [node("Sigmoid", ["x"], "y")],
    input: [value("x", ["n"], "float64")],
    output: [value("y", undefined, "float64")],
  });
  const graph = await openOnnx(bytes);
  const x = {type: "float64", dims: [1], data: Float64Array.of(0.3)};
  const {x: dx} = await graph.gradient(
    {x},
    {output: "y", weights: {type: "float64", dims: [1], data: Float64Array.of(1)}},
  );
  const sigmoid = 1 / (1 + Math.exp(-0.3));
  expect((dx.data as Float64Array)[0]).toBeCloseTo(sigmoid * (1 - sigmoid), 15);
  await graph.dispose();
});

test("a model's bytes may stand anywhere in a buffer", async () => {
  const bytes = denseGraph();
  const whole = new Uint8Array(bytes.length + 7);
  whole.set(bytes, 3);
  const feeds = {x: floats([1, 2, 3], [1, 3])};
  expect(await gradientOf(whole.subarray(3, 3 + bytes.length), feeds, [0, 1])).toEqual([-1, 3, 0.5]);
  expect(await gradientOf(Buffer.from(whole.buffer, 3, bytes.length), feeds, [0, 1])).toEqual([-1, 3, 0.5]);
});
