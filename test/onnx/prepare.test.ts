/** @file How a model is rewritten before it runs: functions written out, half precision made single. */
import {describe, expect, test} from "vitest";

import {attributesOf} from "../../src/onnx/file/attributes";
import {
  encodeModel,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
} from "../../src/onnx/file/model";
import {whatInstead} from "../../src/onnx/file/no-model";
import {floatsTensor, TYPE} from "../../src/onnx/file/tensors";
import {landmarksOf} from "../../src/onnx/landmarks";
import {inlined} from "../../src/onnx/prepare/functions";
import {lifted} from "../../src/onnx/prepare/lift";
import {forGradients, forRunning} from "../../src/onnx/prepare/prepared";
import {rewritten} from "../../src/onnx/prepare/rewrite";
import {hasHalves, widened} from "../../src/onnx/prepare/widen";
import {node, value} from "../support/tiny-graph";

const own = (opType: string, input: string[], output: string | string[]): NodeProto => ({
  ...node(opType, input, output),
  domain: "own",
});
const withGraph = (made: NodeProto, g: GraphProto): NodeProto => ({
  ...made,
  attribute: [...(made.attribute ?? []), {name: "body", type: 5, g}],
});
const reads = (nodes: readonly NodeProto[] = []) => nodes.map(({opType, input, output}) => [opType, input, output]);

describe("functions of a model", () => {
  const f = (more: Partial<FunctionProto> = {}): FunctionProto => ({
    ...{name: "F", domain: "own", input: ["a", "b"], output: ["c", "d"]},
    node: [node("Add", ["a", "b"], "t"), node("Neg", ["t"], "c"), node("Abs", ["t", ""], "d")],
    ...more,
  });
  const model = (nodes: readonly NodeProto[], ...functions: readonly FunctionProto[]): ModelProto => ({
    ...{graph: {node: nodes}, functions, opsetImport: [{version: 17}, {domain: "own", version: 1}]},
  });

  test("are written out with the names of their call; inner ones are of each call's own", () => {
    const {graph, functions} = inlined(
      model([own("F", ["x", "w"], ["y", "z"]), own("F", ["y"], ["", "u"]), node("F", ["q"], "r")], f()),
    );
    expect(functions).toBeUndefined();
    expect(reads(graph?.node)).toEqual([
      ["Add", ["x", "w"], ["call0:t"]],
      ["Neg", ["call0:t"], ["y"]],
      ["Abs", ["call0:t", ""], ["z"]],
      ["Add", ["y", ""], ["call1:t"]],
      ["Neg", ["call1:t"], ["call1:c"]],
      ["Abs", ["call1:t", ""], ["u"]],
      ["F", ["q"], ["r"]], // of another domain
    ]);
  });

  test("bring the domains that the model does not import", () => {
    const opsetImport = [{version: 9}, {domain: "own", version: 2}, {domain: "more", version: 3}];
    expect(inlined(model([], f({opsetImport}))).opsetImport).toEqual([
      {version: 17},
      {domain: "own", version: 1},
      {domain: "more", version: 3},
    ]);
    const none = model([]);
    expect(inlined(none)).toBe(none);
  });

  test("take attributes from their call, else from their defaults, else none", () => {
    const refer = (name: string, refAttrName: string) => ({name, type: 2, refAttrName});
    const body: NodeProto = {
      ...{opType: "Op", input: [], output: ["c"]},
      attribute: [refer("axis", "k"), refer("size", "n"), refer("gone", "m"), {name: "plain", type: 2, i: 7}],
    };
    const attributeProto = [
      {name: "k", type: 2, i: 1},
      {name: "n", type: 2, i: 2},
    ];
    const call = {...own("F", [], ["y"]), attribute: [{name: "k", type: 2, i: 5}]};
    const {graph} = inlined(model([call], f({node: [body], attributeProto})));
    expect(attributesOf(graph?.node?.[0] ?? {})).toEqual({axis: 5, size: 2, plain: 7});
  });

  test("are found in graphs within nodes, whose names are then their call's own", () => {
    const inside: GraphProto = {
      ...{node: [node("Mul", ["a", "k"], "m")], input: [value("i")], output: [value("m")]},
      initializer: [floatsTensor("k", "float32", [2])],
    };
    const {graph} = inlined(
      model([own("F", ["x"], ["y"])], f({node: [withGraph(node("If", ["b"], "c"), inside)], input: ["a", "b"]})),
    );
    const {body} = attributesOf(graph?.node?.[0] ?? {}) as {readonly body?: GraphProto};
    expect(reads(body?.node)).toEqual([["Mul", ["x", "call0:k"], ["call0:m"]]]);
    expect([body?.input?.[0].name, body?.output?.[0].name, body?.initializer?.[0].name]).toEqual([
      ...["call0:i", "call0:m", "call0:k"],
    ]);
    const outer = inlined(model([withGraph(node("If", ["q"], "r"), {node: [own("F", ["x"], ["y"])]})], f()));
    const within = attributesOf(outer.graph?.node?.[0] ?? {}) as {readonly body?: GraphProto};
    expect(within.body?.node).toHaveLength(3);
  });
});

test("a rewriting reaches the graphs within nodes, and its constants are the outermost graph's", () => {
  const inner = {node: [node("Relu", ["x"], "a")]};
  const twice: NodeProto = {...withGraph(node("If", ["c"], "y"), inner)};
  const many: NodeProto = {...node("Scan", [], "z"), attribute: [{name: "all", graphs: [inner]}]};
  const kept = floatsTensor("w", "float32", [1]);
  const {graph} = rewritten({graph: {node: [twice, many], initializer: [kept]}}, (made, constants) => {
    if (made.opType !== "Relu") return [made];
    constants.push(floatsTensor(`k${constants.length}`, "float32", [0]));
    return [node("Exp", [...(made.input ?? [])], "e"), node("Log", ["e"], "a")];
  });
  expect(reads(graph?.node?.[0].attribute?.[0].g?.node).map(([opType]) => opType)).toEqual(["Exp", "Log"]);
  expect(graph?.node?.[1].attribute?.[0].graphs?.[0].node).toHaveLength(2);
  expect(graph?.initializer?.map(({name}) => name)).toEqual(["w", "k0", "k1"]);
  expect(rewritten({}, (made) => [made]).graph).toMatchObject({node: [], initializer: []});
});

describe("half precision", () => {
  const half = (name: string, dataType: number = TYPE.float16) => ({
    name,
    dims: [1],
    dataType,
    rawData: new Uint8Array(2),
  });
  const to = (i: number, name = "to"): NodeProto => ({...node("Cast", ["x"], "y"), attribute: [{name, type: 2, i}]});

  test.each<[string, GraphProto]>([
    ["a weight", {initializer: [half("w")]}],
    ["an input", {input: [value("x", ["n"], "float16")]}],
    ["an output", {output: [value("y", ["n"], "bfloat16")]}],
    ["a cast", {node: [to(TYPE.float16)]}],
    ["a constant", {node: [{...node("Constant", [], "k"), attribute: [{name: "value", type: 4, t: half("")}]}]}],
    ["a graph within a node", {node: [withGraph(node("If", ["c"], "y"), {initializer: [half("w")]})]}],
  ])("is found in %s", (_, graph) => {
    expect(hasHalves({graph})).toBe(true);
  });

  test("is not found elsewhere, nor where another of its kinds is asked for", () => {
    const other: GraphProto = {
      ...{initializer: [half("w", TYPE.float32)], input: [value("x", ["n"])], output: [{name: "y"}]},
      node: [to(TYPE.float32), to(TYPE.float16, "axis"), withGraph(node("If", ["c"], "z"), {})],
    };
    expect(hasHalves({graph: other})).toBe(false);
    expect(hasHalves({})).toBe(false);
    const graph = {initializer: [half("w")]};
    expect([hasHalves({graph}, ["bfloat16"]), hasHalves({graph}, ["float16"])]).toEqual([false, true]);
  });

  test("is widened by casts behind the file's own numbers", () => {
    const constant = {...node("Constant", [], "k"), attribute: [{name: "value", type: 4, t: half("")}]};
    const {graph} = widened({
      graph: {
        node: [constant, node("Mul", ["x", "w"], "y"), to(TYPE.float16), to(TYPE.int64)],
        initializer: [half("w"), half("v", TYPE.float32)],
        input: [value("x", ["n"], "float16"), value("w", [1], "float16"), value("i", ["n"], "int64")],
        output: [value("y", ["n"], "float16")],
        valueInfo: [value("y", ["n"], "float16")],
      },
    });
    expect(reads(graph?.node)).toEqual([
      ["Cast", ["half:w"], ["w"]],
      ["Constant", [], ["half:k"]],
      ["Cast", ["half:k"], ["k"]],
      ["Mul", ["x", "w"], ["y"]],
      ["Cast", ["x"], ["y"]],
      ["Cast", ["x"], ["y"]],
    ]);
    expect(graph?.node?.slice(-2).map((made) => attributesOf(made).to)).toEqual([TYPE.float32, TYPE.int64]);
    expect(graph?.initializer?.map(({name}) => name)).toEqual(["half:w", "v"]);
    expect(graph?.input).toEqual([value("x", ["n"]), value("i", ["n"], "int64")]); // a weight is no input
    expect(graph?.output).toEqual([value("y", ["n"])]);
    expect(graph?.valueInfo).toEqual([]);
  });

  test("is what alone makes the bytes that run others than the file's", () => {
    const single: ModelProto = {irVersion: 8, opsetImport: [{version: 17}], graph: {node: [node("Relu", ["x"], "y")]}};
    const bytes = encodeModel(single);
    const plain = forRunning(bytes, single);
    expect(plain.bytes()).toBe(bytes);
    expect(forGradients(plain)).toBe(plain);
    const wide = forRunning(bytes, {...single, graph: {...single.graph, initializer: [half("w")]}});
    expect(wide.model.graph?.initializer?.[0].name).toBe("half:w");
    expect(wide.bytes()).toEqual(encodeModel(wide.model));
    expect(wide.bytes()).toBe(wide.bytes());
    const old = {...single, opsetImport: [{version: 8}]};
    expect(() => forGradients(forRunning(bytes, old)).bytes()).toThrow("model: expected opset 9 or later");
  });
});

test("a model that is lifted keeps its other domains and a version of its format that is later", () => {
  const model = (irVersion?: number): ModelProto => ({
    ...{opsetImport: [{domain: "com.microsoft", version: 1}, {version: 9}], ...(irVersion ? {irVersion} : {})},
    graph: {node: [own("Softmax", ["x"], "a"), node("Scatter", ["a", "i", "u"], "y")]},
  });
  const {irVersion, opsetImport, graph} = lifted(model(10));
  expect([irVersion, lifted(model(3)).irVersion, lifted(model()).irVersion]).toEqual([10, 8, 8]);
  expect(opsetImport).toEqual([{version: 17}, {domain: "com.microsoft", version: 1}]);
  expect(graph?.node?.map(({opType}) => opType)).toEqual(["Softmax", "ScatterElements"]);
});

describe("bytes that are no model", () => {
  test.each<[string, readonly number[], string]>([
    ["nothing", [], "one that starts with nothing"],
    ["two bytes that could begin one", [0x3a, 0x05], "one that starts with 3a 05"],
    ["three", [0x3a, 0x05, 0x01], "the first 3 bytes of one, which goes on"],
    ["a version, and half a field", [0x08, 0x08, 0x3a], "the first 3 bytes of one, which goes on"],
    ["a version alone", [0x08, 0x08], "one without a graph that has outputs"],
    ["a name of no length", [0x08, 0x08, 0x12, 0x00], "one without a graph that has outputs"],
    ["a version in three bytes", [0x08, 0x80, 0x80, 0x01], "one without a graph that has outputs"],
    ["a field that no model has", [0x08, 0x08, 0x78, 0x01], "one that starts with 08 08 78 01"],
    ["a field of another kind", [0x0a, 0x00, 0x01], "one that starts with 0a 00 01"],
  ])("are %s", (_, bytes, words) => {
    expect(whatInstead(Uint8Array.from(bytes))).toBe(words);
  });

  test("are the begin of one whose length takes two bytes", () => {
    const bytes = new Uint8Array(3 + 130);
    bytes.set([0x12, 0x82, 0x01]); // a text of 130 bytes
    expect(whatInstead(bytes)).toBe("one without a graph that has outputs");
    expect(whatInstead(bytes.subarray(0, 132))).toBe("the first 132 bytes of one, which goes on");
  });
});

describe("landmarks", () => {
  const of = (nodes: readonly NodeProto[], output?: string) =>
    landmarksOf(
      {graph: {node: nodes, initializer: [floatsTensor("w", "float32", [1])], output: [value("y")]}},
      ...(output ? [output] : []),
    );

  test("are the scores alone where there is nothing else", () => {
    expect(landmarksOf({})).toEqual({logits: ""});
    expect(of([node("Relu", ["x"], "y")])).toEqual({logits: "y"});
    expect(of([node("Softmax", ["x"], "y")])).toEqual({logits: "x", activation: "softmax"});
    expect(of([node("Softmax", ["x"], "y"), node("Sigmoid", ["y"], "z")], "z")).toEqual({
      ...{logits: "y", activation: "sigmoid"},
    });
  });

  test("know weights that are computed from weights or from constants, but no products of what is fed", () => {
    const constant: NodeProto = {opType: "Constant", output: ["k"]};
    expect(of([constant, node("MatMul", ["a", "k"], "y")]).embedding).toBe("a");
    expect(of([node("Transpose", ["w", ""], "t"), node("Gemm", ["t", "a"], "y")]).embedding).toBe("a");
    expect(of([node("Add", ["w", "a"], "t"), node("MatMul", ["t", "b"], "y")]).embedding).toBeUndefined();
    expect(of([{opType: "RandomNormal", output: ["r"]}, node("MatMul", ["a", "r"], "y")]).embedding).toBeUndefined();
    expect(of([node("Gemm", ["a", "b", "w"], "y")]).embedding).toBeUndefined(); // a weight that is only added
    expect(of([node("Conv", ["x", "w"], "aside"), node("MatMul", ["a", "w"], "y")]).lastConvolution).toBeUndefined();
  });
});
