/** @file Tensors whose numbers or sizes depend on what is fed, and graphs that are alike. */
import {describe, expect, test} from "vitest";

import {checkAlike, checkConstants} from "../../src/onnx/alike";
import {capturedBy, dependenciesOf} from "../../src/onnx/dependencies";
import type {GraphProto, ModelProto, NodeProto} from "../../src/onnx/file/model";
import {floatsTensor, intsTensor} from "../../src/onnx/file/tensors";
import {node, value} from "../support/tiny-graph";

const withGraph = (made: NodeProto, g: GraphProto): NodeProto => ({
  ...made,
  attribute: [...(made.attribute ?? []), {name: "body", type: 5, g}],
});

describe("what depends on the numbers that are fed", () => {
  const of = (nodes: readonly NodeProto[], more: GraphProto = {}, fed = ["x"]) => {
    const graph = {node: nodes, input: [value("x", ["n"]), value("w", [1])], ...more};
    const {onValues, sizesOnValues} = dependenciesOf(graph, fed);
    return {values: [...onValues].sort(), sizes: [...sizesOnValues].sort()};
  };

  test("are tensors that are computed from an input, but no weight and nothing else that is fed", () => {
    expect(of([node("Relu", ["x"], "a"), node("Neg", ["c"], "b")])).toEqual({values: ["a", "x"], sizes: []});
    expect(of([node("Relu", ["w"], "a")], {initializer: [floatsTensor("w", "float32", [1])]}, ["x", "w"])).toEqual({
      ...{values: ["x"], sizes: []},
    });
    expect(of([node("Relu", ["inner"], "a")], {}, ["inner"])).toEqual({values: [], sizes: []});
    expect(dependenciesOf({}, ["x"]).onValues.size).toBe(0);
  });

  test("are random numbers, too", () => {
    expect(of([node("RandomNormal", [], "a"), node("Bernoulli", ["c"], "b")]).values).toEqual(["a", "b", "x"]);
    expect(of([{opType: "Constant", output: ["k"]}]).values).toEqual(["x"]);
  });

  test("are not sizes, unless these depend on numbers themselves", () => {
    expect(of([node("Shape", ["x"], "s"), node("Neg", ["s"], "t")])).toEqual({values: ["x"], sizes: []});
    const counted = of([node("NonZero", ["x"], "z"), node("Shape", ["z"], "s"), node("Relu", ["z"], "r")]);
    expect(counted).toEqual({values: ["r", "s", "x", "z"], sizes: ["r", "z"]});
    expect(of([node("NonZero", ["c"], "z")])).toEqual({values: ["x"], sizes: []});
  });

  test("are sizes of what is shaped by numbers that are fed", () => {
    expect(of([node("Reshape", ["c", "x"], "a")])).toEqual({values: ["a", "x"], sizes: ["a"]});
    expect(of([node("Reshape", ["x", "c"], "a")])).toEqual({values: ["a", "x"], sizes: []});
    expect(of([node("Pad", ["c", "p", "v", "x"], "a")]).sizes).toEqual(["a"]);
    expect(of([node("Pad", ["c", "p", "x"], "a")]).sizes).toEqual([]);
  });

  test("reach a graph within a node by the names that it takes from around it", () => {
    const body = {
      ...{input: [value("own")], initializer: [floatsTensor("k", "float32", [1])], output: [value("x"), value("b")]},
      node: [node("Add", ["own", "outer"], "a"), node("Mul", ["a", "k"], "b"), node("Clip", ["b", ""], "c")],
    };
    const loop = withGraph(node("Loop", ["m"], "y"), body);
    expect(capturedBy(loop)).toEqual(["outer", "x"]);
    expect(capturedBy(withGraph(node("If", [], "y"), {node: [loop]}))).toEqual(["m", "outer", "x"]);
    expect(capturedBy(withGraph(node("If", [], "y"), {}))).toEqual([]);
    expect(capturedBy(node("Concat", ["x"], "y", {axis: 1}))).toEqual([]);
    expect(of([loop])).toEqual({values: ["x", "y"], sizes: ["y"]});
  });
});

describe("graphs are alike", () => {
  const graph = (more: GraphProto = {}): ModelProto => ({
    graph: {
      node: [node("Mul", ["x", "w"], "h"), node("Reshape", ["h", "shape"], "y")],
      initializer: [floatsTensor("w", "float32", [1, 2]), intsTensor("shape", [1, 2])],
      ...{input: [value("x", ["n", 2])], output: [value("y")], ...more},
    },
  });
  const refusal = (more: GraphProto) => () => checkAlike(graph(), graph(more));
  const [w, shape] = [floatsTensor("w", "float32", [1, 2]), intsTensor("shape", [1, 2])];

  test("with other weights, and names of their nodes", () => {
    expect(() => checkAlike(graph(), graph())).not.toThrow();
    expect(refusal({initializer: [floatsTensor("w", "float32", [3, 4]), shape]})).not.toThrow();
    const named = (graph().graph?.node ?? []).map((one, i) => ({...one, name: `node ${i}`}));
    expect(refusal({node: named})).not.toThrow();
    expect(() => checkAlike({}, {})).not.toThrow();
  });

  test.each<[string, GraphProto, string]>([
    ["fewer nodes", {node: [node("Mul", ["x", "w"], "h")]}, "of 2 nodes, got 1"],
    [
      "another node",
      {node: [node("Add", ["x", "w"], "h"), node("Reshape", ["h", "shape"], "y")]},
      "got another node 0: Add → h, not Mul → h",
    ],
    ["a weight less", {initializer: [shape]}, 'weights "w": expected [2] as in the other file, got none of this name'],
    ["another shape", {initializer: [floatsTensor("w", "float32", [1, 2, 3]), shape]}, "expected [2] as in the other"],
    ["another type", {initializer: [floatsTensor("w", "float64", [1, 2]), shape]}, "expected [2] as in the other file"],
    ["another constant", {initializer: [w, intsTensor("shape", [2, 1])]}, 'expected the constant "shape" as in'],
    ["another input", {input: [value("x", ["n", 3])]}, "got other inputs or outputs"],
    ["another output", {output: [value("h")]}, "got other inputs or outputs"],
  ])("but not with %s", (_, more, message) => {
    expect(refusal(more)).toThrow(message);
  });

  test("for a gradient where the constants that it was made from are the same", () => {
    const other = graph({initializer: [floatsTensor("w", "float32", [1, 3]), shape]});
    const check =
      (...names: readonly string[]) =>
      () =>
        checkConstants(names, graph(), other);
    expect(check("shape")).not.toThrow();
    expect(check("none")).not.toThrow();
    expect(check("w")).toThrow('expected the constant "w" as in the other file, got other numbers');
    expect(check("h")).toThrow('expected the constant "w"'); // it is computed from w
    expect(() => checkConstants(["w"], graph(), graph({initializer: [shape]}))).toThrow('expected the constant "w"');
    expect(() => checkConstants(["w"], graph(), graph())).not.toThrow();
    const sized: ModelProto = {graph: {...graph().graph, node: [node("Shape", ["w"], "s")]}};
    expect(() => checkConstants(["s"], sized, other)).not.toThrow(); // its size alone
  });
});
