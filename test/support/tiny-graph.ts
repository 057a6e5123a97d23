import {type Attributes, attributesFrom} from "../../src/onnx/file/attributes";
import {encodeModel, type GraphProto, type ModelProto, type NodeProto} from "../../src/onnx/file/model";
import {type ElementType, floatsTensor, TYPE} from "../../src/onnx/file/tensors";
import type {NdArray} from "../../src/onnx/index";

/** An input or output: its name, type and sizes; a word if a size is free. */
export function value(name: string, dims?: readonly (number | string)[], type: ElementType = "float32") {
  const dim = dims?.map((n) => (typeof n === "string" ? {param: n} : {value: n}));
  return {name, type: {tensorType: {elemType: TYPE[type], ...(dim && {shape: {dim}})}}};
}

export function node(opType: string, input: string[], output: string | string[], a: Attributes = {}): NodeProto {
  return {opType, input, output: [output].flat(), attribute: attributesFrom(a)};
}

/** A model's bytes. */
export function tinyGraph(graph: GraphProto, opset = 17, rest: ModelProto = {}): Uint8Array {
  return encodeModel({irVersion: 8, opsetImport: [{version: opset}], ...rest, graph: {name: "tiny", ...graph}});
}

/** y = relu(x w + b), x of 3 numbers a row, y of 2. */
export function denseGraph(batch: number | string = "batch"): Uint8Array {
  return tinyGraph({
    node: [node("Gemm", ["x", "w", "b"], "h"), node("Relu", ["h"], "y")],
    initializer: [
      floatsTensor("w", "float32", [1, -1, 2, 3, -2, 0.5], [3, 2]),
      floatsTensor("b", "float32", [0.5, -0.25], [2]),
    ],
    input: [value("x", [batch, 3])],
    output: [value("y", [batch, 2])],
  });
}

export function floats(values: readonly number[], dims: readonly number[] = [values.length]): NdArray {
  return {type: "float32", dims, data: Float32Array.from(values)};
}
