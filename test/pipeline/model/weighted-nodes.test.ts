import {expect, test} from "vitest";

import {weightedNodes} from "../../../src/pipeline/model/tf/weighted-nodes";

const stored = (...names: string[]) => Object.fromEntries(names.map((name) => [name, []]));

test("a graph's layers are found whole: fused, with a bias beside, folded normalisation, kernels behind an Identity", () => {
  const node = [
    {name: "x", op: "Placeholder"},
    {name: "read", op: "Identity", input: ["k1"]},
    {name: "c1", op: "Conv2D", input: ["x", "read"]},
    {name: "b1", op: "AddV2", input: ["bias", "c1"]},
    {name: "n1", op: "Mul", input: ["b1", "scale"]},
    {name: "r1", op: "Relu6", input: ["n1"]},
    {name: "d1", op: "FusedDepthwiseConv2dNative", input: ["r1", "k2", "bias"]},
    {name: "sum", op: "AddV2", input: ["d1", "r1"]},
    {name: "f1", op: "_FusedConv2D", input: ["sum", "k3", "bias"]},
    {name: "flat", op: "Reshape", input: ["f1", "shape"]},
    {name: "m1", op: "MatMul", input: ["flat:0", "k4"], attr: {transpose_b: {b: true}}},
    {name: "out", op: "Softmax", input: ["m1"]},
    {name: "attention", op: "BatchMatMulV2", input: ["flat", "flat"]},
  ];
  const order = node.map(({name}) => name);
  const found = weightedNodes({node}, order, stored("k1", "k2", "k3", "k4", "bias", "scale", "shape"));
  expect(found).toEqual([
    {name: "c1", type: "Conv2D", kernel: "k1", isTurned: false, answer: "r1"},
    {name: "d1", type: "DepthwiseConv2D", kernel: "k2", isTurned: false, answer: "d1"}, // a sum with another branch
    {name: "f1", type: "Conv2D", kernel: "k3", isTurned: false, answer: "f1"},
    {name: "m1", type: "Dense", kernel: "k4", isTurned: true, answer: "m1"},
  ]);
});
