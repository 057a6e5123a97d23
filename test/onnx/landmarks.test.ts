import {readFileSync} from "node:fs";
import {expect, test} from "vitest";

import {decodeModel} from "../../src/onnx/file/model";
import {floatsTensor} from "../../src/onnx/file/tensors";
import {landmarksOf} from "../../src/onnx/index";
import {FOLDER} from "../support/onnx-fixtures";
import {node, tinyGraph, value} from "../support/tiny-graph";

const head = (...end: ReturnType<typeof node>[]) =>
  decodeModel(
    tinyGraph({
      node: [node("Conv", ["x", "k"], "c"), node("GlobalAveragePool", ["c"], "p"), node("Flatten", ["p"], "f"), ...end],
      initializer: ["k", "w", "b"].map((name) => floatsTensor(name, "float32", [1], [1, 1, 1, 1])),
      input: [value("x", ["n", 1, 2, 2])],
      output: [value("y")],
    }),
  );

test("the scores before a softmax, what the last dense layer is fed, and the last convolution", () => {
  const softmax = head(node("Gemm", ["f", "w", "b"], "s"), node("Softmax", ["s"], "y"));
  expect(landmarksOf(softmax)).toEqual({logits: "s", activation: "softmax", embedding: "f", lastConvolution: "c"});
  const cast = head(
    node("MatMul", ["f", "w"], "m"),
    node("Add", ["m", "b"], "s"),
    node("Sigmoid", ["s"], "q"),
    node("Identity", ["q"], "y"),
  );
  expect(landmarksOf(cast)).toEqual({logits: "s", activation: "sigmoid", embedding: "f", lastConvolution: "c"});
  const plain = head(node("Transpose", ["w"], "t"), node("MatMul", ["f", "t"], "y"));
  expect(landmarksOf(plain)).toEqual({logits: "y", embedding: "f", lastConvolution: "c"});
});

test("of exported networks", () => {
  const of = (name: string) => landmarksOf(decodeModel(readFileSync(`${FOLDER}/${name}.onnx`)));
  expect(of("resnet-script-17")).toMatchObject({logits: "y", embedding: "/5/Flatten_output_0"});
  // Its stem is nearer to the scores by the way past the block, but it is not the last one.
  expect(of("convnext-script-17").lastConvolution).toBe("/deep/Conv_output_0");
  expect(of("vit-dynamo-20").lastConvolution).toBe("conv2d");
});
