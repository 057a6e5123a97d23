import {expect, test} from "vitest";
import {normal, randomSource} from "../../src/nouns/random";
import {decodeModel, encodeModel, type NodeProto} from "../../src/onnx/file/model";
import {floatsTensor} from "../../src/onnx/file/tensors";
import {OnnxError, openOnnx} from "../../src/onnx/index";
import {lifted} from "../../src/onnx/prepare/lift";
import {floats, node, tinyGraph, value} from "../support/tiny-graph";

const real = (name: string, f: number) => ({name, type: 1, f});
const withAttributes = (made: NodeProto, ...attribute: NonNullable<NodeProto["attribute"]>): NodeProto => ({
  ...made,
  attribute: [...(made.attribute ?? []), ...attribute],
});

/** A case in its old form for each operator that changed between opset 9 and 17; x is [2, 3, 4, 6]. */
const OLD: readonly [name: string, opset: number, node: NodeProto, scales?: readonly number[]][] = [
  ["Squeeze", 9, node("Squeeze", ["u"], "y", {axes: [1]})],
  ["Unsqueeze", 12, node("Unsqueeze", ["x"], "y", {axes: [0, 3]})],
  ["ReduceSum", 11, node("ReduceSum", ["x"], "y", {axes: [-1], keepdims: 0})],
  ["ReduceSum of all", 11, node("ReduceSum", ["x"], "y")],
  ["Split", 12, node("Split", ["x"], ["y", "rest"], {axis: 1, split: [1, 2]})],
  ["Split in equal parts", 12, node("Split", ["x"], ["y", "rest"], {axis: 2})],
  ["Dropout", 9, withAttributes(node("Dropout", ["x"], "y"), real("ratio", 0.5))],
  ["Dropout 12", 12, node("Dropout", ["x"], "y")],
  ["Softmax by default from axis 1", 11, node("Softmax", ["x"], "y")],
  ["Softmax from axis 2", 12, node("Softmax", ["x"], "y", {axis: 2})],
  ["Softmax of the last axis", 11, node("Softmax", ["x"], "y", {axis: -1})],
  ["LogSoftmax from axis -3", 11, node("LogSoftmax", ["x"], "y", {axis: -3})],
  ["Hardmax", 11, node("Hardmax", ["x"], "y")],
  ["Clip", 9, withAttributes(node("Clip", ["x"], "y"), real("min", -0.5), real("max", 0.75))],
  ["Clip below", 10, withAttributes(node("Clip", ["x"], "y"), real("min", 0.1))],
  ["Pad", 10, withAttributes(node("Pad", ["x"], "y", {pads: [0, 0, 1, 0, 0, 0, 2, 3]}), real("value", 1.5))],
  ["Pad that reflects", 9, node("Pad", ["x"], "y", {pads: [0, 0, 1, 0, 0, 0, 2, 3], mode: "reflect"})],
  ["Slice", 9, node("Slice", ["x"], "y", {starts: [1, -3], ends: [3, 1000], axes: [1, 3]})],
  ["Slice of the first axes", 9, node("Slice", ["x"], "y", {starts: [0, 1], ends: [1, 2]})],
  ["TopK", 9, node("TopK", ["x"], ["y", "places"], {k: 2, axis: 3})],
  ["Upsample", 9, node("Upsample", ["x", "scales"], "y", {mode: "nearest"}), [1, 1, 2, 3]],
  ["linear Upsample", 9, node("Upsample", ["x", "scales"], "y", {mode: "linear"}), [1, 1, 2, 1.5]],
  ["Resize", 10, node("Resize", ["x", "scales"], "y", {mode: "nearest"}), [1, 1, 2, 1.5]],
  ["linear Resize", 10, node("Resize", ["x", "scales"], "y", {mode: "linear"}), [1, 1, 0.5, 2]],
  ["a Resize that shrinks", 10, node("Resize", ["x", "scales"], "y", {mode: "nearest"}), [1, 1, 0.5, 0.7]],
];

const random = randomSource(5);
const x = floats(
  Array.from({length: 2 * 3 * 4 * 6}, () => normal(random)),
  [2, 3, 4, 6],
);
const u = floats(
  Array.from({length: 2 * 4}, () => normal(random)),
  [2, 1, 4],
);

test.each(OLD)("%s of opset %i answers the same numbers when it is lifted", async (_, opset, made, scales) => {
  const input = made.input?.[0] === "u" ? "u" : "x";
  const bytes = tinyGraph(
    {
      node: [made],
      initializer: scales ? [floatsTensor("scales", "float32", scales)] : [],
      input: [value(input, input === "u" ? ["n", 1, 4] : ["n", 3, 4, 6])],
      output: [value("y")],
    },
    opset,
  );
  const feeds = input === "u" ? {u} : {x};
  const run = async (model: Uint8Array) => {
    const graph = await openOnnx(model);
    return graph.run(feeds).finally(() => graph.dispose());
  };
  const next = lifted(decodeModel(bytes));
  expect(next.opsetImport).toEqual([{version: 17}]);
  expect(await run(encodeModel(next))).toEqual(await run(bytes));
});

test("opset 17 and later stay as they are", () => {
  for (const opset of [17, 22]) {
    const model = decodeModel(tinyGraph({node: [node("Relu", ["x"], "y")]}, opset));
    expect(lifted(model)).toBe(model);
  }
});

test("a model of opset 8 runs forward, and its gradient is refused", async () => {
  const bytes = tinyGraph({node: [node("Relu", ["x"], "y")], input: [value("x", ["n", 2])], output: [value("y")]}, 8);
  const graph = await openOnnx(bytes);
  const feeds = {x: floats([-1, 2], [1, 2])};
  expect((await graph.run(feeds)).y.data).toEqual(Float32Array.from([0, 2]));
  const asked = graph.gradient(feeds, {output: "y", weights: floats([1, 1], [1, 2])});
  await expect(asked).rejects.toThrow(new OnnxError("model: expected opset 9 or later for a gradient, got 8"));
  await graph.dispose();
});
