/** @file Gradients that are refused, each in words, and the ways through a graph that need none. */
import {describe, expect, test} from "vitest";

import {Builder} from "../../src/onnx/backward/builder";
import {gradientOf} from "../../src/onnx/backward/gradient";
import {isQuantiser, RULES} from "../../src/onnx/backward/rules";
import {unsupportedIn} from "../../src/onnx/backward/unsupported";
import {checkWay} from "../../src/onnx/backward/way";
import type {Attributes} from "../../src/onnx/file/attributes";
import type {ModelProto, NodeProto} from "../../src/onnx/file/model";
import {TYPE} from "../../src/onnx/file/tensors";
import type {Seen} from "../../src/onnx/seen";
import {node, value} from "../support/tiny-graph";

type Facts = {readonly [name: string]: readonly number[] | Partial<Seen>};
const sizesOf = (facts: Facts) =>
  new Map(
    Object.entries(facts).map(([name, fact]): [string, Seen] => [
      name,
      {type: "float32", dims: [], ...(Array.isArray(fact) ? {dims: fact as readonly number[]} : (fact as object))},
    ]),
  );

/** The nodes and gradients that a rule makes for a node which reads x, …: each needs a gradient, or only some do. */
function ask(opType: string, x: readonly string[], facts: Facts, a: Attributes = {}, needed?: readonly number[]) {
  const b = new Builder(17, sizesOf(facts), "p:");
  const made = {opType, name: "n1", input: x, output: ["y"]};
  const needs = (i: number) => x[i] !== "" && (needed ?? x.map((_, n) => n)).includes(i);
  return RULES[opType]({b, node: made, x, y: ["y"], dy: ["g"], g: "g", a, needs});
}
const four = {x: [2, 3, 8, 8], y: [2, 3, 4, 4]};

describe("a rule refuses", () => {
  test.each<[string, string, readonly string[], Facts, Attributes, string]>([
    ["dropout at work", "Dropout", ["x", "r", "t"], {...four, t: {values: [1]}}, {}, "got dropout at work"],
    ["dropout that may be at work", "Dropout", ["x", "r", "t"], {...four, t: []}, {}, "got dropout at work"],
    [
      "statistics of a batch",
      "BatchNormalization",
      ["x", "s", "b", "m", "v"],
      four,
      {training_mode: 1},
      "expected a model that is exported for inference, got batch statistics (training_mode 1)",
    ],
    ["places row by row", "MaxPool", ["x"], four, {storage_order: 1, kernel_shape: [2, 2]}, "got storage_order 1"],
    ["a letter twice in a factor", "Einsum", ["x", "w"], {}, {equation: "ii,ij->j"}, 'got "ii,ij->j"'],
    ["a letter in one factor alone", "Einsum", ["x", "w"], {}, {equation: "ij,k->k"}, 'got "ij,k->k"'],
    ["dots", "Einsum", ["x", "w"], {}, {equation: "...i,i->..."}, 'got "...i,i->..."'],
    [
      "computed axes",
      "ReduceSum",
      ["x", "axes"],
      {...four, axes: []},
      {},
      "expected axes that are constant, got comput",
    ],
    ["computed repeats", "Tile", ["x", "r"], {...four, r: [4]}, {}, "expected repeats that are constant, got computed"],
    [
      "cropping",
      "Resize",
      ["x"],
      four,
      {coordinate_transformation_mode: "tf_crop_and_resize"},
      'expected another coordinate_transformation_mode, got "tf_crop_and_resize"',
    ],
    [
      "another batch",
      "Resize",
      ["x"],
      {x: [2, 3, 4, 4], y: [4, 3, 4, 4]},
      {},
      "expected the batch's own size, got ano",
    ],
    [
      "a free size",
      "Resize",
      ["x"],
      {x: [-1, 3, -1, 4], y: [-1, 3, 8, 4]},
      {},
      "expected the batch's own size, got an",
    ],
    [
      "windows with gaps",
      "LpPool",
      ["x"],
      {x: [1, 1, 6, 6], y: [1, 1, 2, 2]},
      {auto_pad: "SAME_UPPER", kernel_shape: [1, 1], strides: [3, 3]},
      "expected windows side by side, got strides that are wider",
    ],
    [
      "values that depend",
      "OneHot",
      ["i", "d", "v"],
      {},
      {},
      "expected values that are constant, got ones that depend",
    ],
    ["a scale that depends", "DequantizeLinear", ["x", "s"], {}, {}, "expected a stored scale, got one that depends"],
    ["another reduction", "ScatterElements", ["x", "i", "u"], four, {reduction: "mul"}, 'or "add", got "mul"'],
    ["padding that depends", "Pad", ["x", "p", "v"], four, {}, "expected a constant value to pad with, got one that"],
  ])("%s", (_, opType, x, facts, attributes, message) => {
    const asked = () => ask(opType, x, facts, attributes);
    expect(asked).toThrow(`gradient of ${opType} "n1": expected `);
    expect(asked).toThrow(message);
  });

  test("nothing of the kind where it need not", () => {
    expect(ask("Dropout", ["x", "r", "t"], {...four, t: {values: [0]}})).toEqual(["g"]);
    expect(ask("Dropout", ["x"], four)).toEqual(["g"]);
    expect(ask("OneHot", ["i", "d", "v"], {}, {}, [0])).toEqual([]);
    expect(ask("DequantizeLinear", ["x", "s"], {}, {}, [0])).toEqual(["g"]);
    expect(() => ask("BatchNormalization", ["x", "s", "b", "m", "v"], four, {training_mode: 0})).not.toThrow();
    expect(() => ask("MaxPool", ["x"], four, {storage_order: 0, kernel_shape: [2, 2]})).not.toThrow();
    expect(() => ask("Einsum", ["x", "w"], {}, {equation: "ij, jk"})).not.toThrow();
  });
});

describe("sizes", () => {
  const b = new Builder(17, sizesOf({x: [2], odd: {dims: [2], unsteady: true}, k: {values: [3]}}), "p:");

  test("are those that were seen, unless they depend on numbers", () => {
    expect(b.dims("x")).toEqual([2]);
    expect(() => b.seen("gone")).toThrow('backward: expected the sizes of "gone" to have been seen');
    expect(() => b.dims("odd")).toThrow('got "odd", whose sizes depend on values');
  });

  test("and constants are remembered as consulted", () => {
    expect([b.values("k"), b.values("x"), b.values(""), b.values(undefined), b.values("gone")]).toEqual([
      ...[[3], undefined, undefined, undefined, undefined],
    ]);
    expect([...b.consulted]).toEqual(["k", "x", "gone"]);
  });
});

describe("a gradient's nodes", () => {
  const chain = [node("Neg", ["x"], "h"), node("Exp", ["h"], "y")];
  const model = (nodes: readonly NodeProto[]): ModelProto => ({opsetImport: [{version: 17}], graph: {node: nodes}});
  const sizes = sizesOf({x: [-1, 2], h: [-1, 2], y: [-1, 2]});

  test("have names that the model does not use, and ports with the sizes of their tensors", () => {
    const made = gradientOf(model(chain), sizes, "y", ["x", "h"]);
    expect([made.seed, made.gradients]).toEqual(["back:seed", ["back:gradient0", "back:gradient1"]]);
    const port = (name: string) => {
      const dim = [{param: `${name}0`}, {value: 2}];
      return {name, type: {tensorType: {elemType: TYPE.float32, shape: {dim}}}};
    };
    expect(made.model.graph?.input).toEqual([port("back:seed")]);
    expect(made.model.graph?.output).toEqual([port("back:gradient0"), port("back:gradient1")]);
    const taken = new Map([
      ...sizes,
      ["back:x", {type: "float32", dims: []}],
      ["backback:", {type: "int64", dims: []}],
    ]);
    expect(gradientOf(model(chain), taken, "y", ["x"]).seed).toBe("backbackback:seed");
  });

  test("are made for floats alone, which depend on each other", () => {
    const whole = sizesOf({x: {type: "int64"}, y: []});
    expect(() => gradientOf(model(chain), whole, "y", ["x"])).toThrow(
      'gradient: expected a tensor of floats, got "x" of int64',
    );
    expect(() => gradientOf(model(chain), sizes, "h", ["y"])).toThrow(
      'gradient: expected "h" to depend on "y", got no path from one to the other',
    );
  });

  test("leave out what does not lead from one to the other", () => {
    const kinds = (nodes: readonly NodeProto[]) =>
      gradientOf(model(nodes), sizesOf({x: [2], h: [2], y: [2], z: [2], w: [2]}), "y", ["x"]).model.graph?.node?.map(
        ({opType}) => opType,
      );
    expect(kinds([...chain, node("Sin", ["h"], "z"), node("Cos", ["w"], "h")])).toEqual(["Mul", "Neg", "Identity"]);
  });

  test("sum the gradients of all that reads a tensor", () => {
    const reading = (count: number) => {
      const names = Array.from({length: count}, (_, i) => `h${i}`);
      const nodes = [...names.map((name) => node("Identity", ["x"], name)), node("Sum", names, "y")];
      const seen = sizesOf(Object.fromEntries(["x", "y", ...names].map((name) => [name, [2]])));
      return gradientOf(model(nodes), seen, "y", ["x"]).model.graph?.node?.map(({opType}) => opType);
    };
    expect(reading(1)).toEqual(["Identity"]);
    expect(reading(2)).toEqual(["Add", "Identity"]);
  });

  test("need a first output, unless the operator has many", () => {
    const many = sizesOf({x: [4], a: [2], b: [2], y: [2]});
    const nodes = [node("Split", ["x"], ["a", "b"], {axis: 0}), node("Neg", ["b"], "y")];
    expect(() => gradientOf(model(nodes), many, "y", ["x"])).not.toThrow();
    const pool: NodeProto = {...node("Dropout", ["x"], ["a", "b"]), name: "d"};
    expect(() => gradientOf(model([pool, nodes[1]]), many, "y", ["x"])).toThrow(
      'gradient of Dropout "d": expected only its first output to be used, got another one',
    );
  });
});

describe("the way from one tensor to another", () => {
  const way = (nodes: readonly NodeProto[], from = "y", to = "x") => checkWay({graph: {node: nodes}}, from, [to]);
  const [before, after] = [node("Neg", ["x"], "h"), node("Neg", ["k"], "y")];

  test.each<[string, NodeProto, string]>([
    ["an operator without a rule", node("Det", ["h"], "k"), "got Det"],
    ["one with a name", {...node("Det", ["h"], "k"), name: "d"}, 'got Det (node "d")'],
    ["one of another domain", {...node("Neg", ["h"], "k"), domain: "own"}, "got own.Neg"],
    [
      "a quantiser",
      node("QuantizeLinear", ["h", "s"], "k"),
      "got QuantizeLinear, which rounds (use the model as it was before it was quantised)",
    ],
  ])("is refused with %s on it", (_, middle, words) => {
    expect(() => way([before, middle, after])).toThrow(`gradient: expected operators with a gradient rule, ${words}`);
  });

  test("names the quantiser first of several", () => {
    const nodes = [node("QuantizeLinear", ["x", "s"], "h"), node("Det", ["h"], "k"), after];
    expect(() => way(nodes)).toThrow("got QuantizeLinear");
  });

  test("ends in whole numbers and in staircases, and passes by what is beside it", () => {
    const none = 'gradient: expected "y" to depend on "x", got no path from one to the other';
    expect(() => way([before, node("Cast", ["h"], "k", {to: TYPE.int64}), after])).toThrow(none);
    expect(() => way([before, node("Floor", ["h"], "k"), after])).toThrow(none);
    expect(() => way([before, node("Cast", ["h"], "k", {to: TYPE.float64}), after])).not.toThrow();
    expect(() => way([before, node("Cast", ["h"], "k", {to: TYPE.float32}), after])).not.toThrow();
    const sum = node("Add", ["k", "q"], "y");
    const rounded = [node("Floor", ["d"], "q"), node("Det", ["x"], "d")].reverse();
    expect(() => way([before, node("Neg", ["h"], "k"), ...rounded, sum])).not.toThrow();
    expect(() => way([before, node("Det", ["h"], "aside"), node("Neg", ["h"], "k"), after])).not.toThrow();
    expect(() => way([node("Det", ["w"], "v"), node("Mul", ["x", "v"], "y")])).not.toThrow(); // before the way begins
  });
});

test("operators without a rule are named once, in order, where an output needs them", () => {
  const odd: NodeProto = {...node("Odd", ["x"], "a"), domain: "own"};
  const nodes = [odd, node("Det", ["a"], "b"), node("Loop", ["b"], "aside"), node("Det", ["b"], "y")];
  expect(unsupportedIn({graph: {node: nodes, output: [value("y")]}})).toEqual(["Det", "own.Odd"]);
  expect(unsupportedIn({})).toEqual([]);
});

test("quantisers are known by their names", () => {
  const names = ["QuantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "MatMulInteger", "MatMulIntegerToFloat"];
  expect([...names, "QGemm"].map(isQuantiser)).toEqual(Array(6).fill(true));
  expect(["DequantizeLinear", "MatMul", "Conv"].map(isQuantiser)).toEqual([false, false, false]);
});
