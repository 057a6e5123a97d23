import {join} from "node:path";
import {describe, expect, test} from "vitest";

import type {ModelProto} from "../../src/onnx/file/model";
import {openOnnx} from "../../src/onnx/index";
import {distance, exportsOf, FOLDER, referenceOf, shareWithin, targetOf} from "../support/onnx-fixtures";

/** Without units that switch: every number must be right to float32's rounding. Others are held by their share as well. */
const SMOOTH = new Set(["lenet", "efficientnet", "convnext", "vit", "swin", "mixer", "bert"]);

const isStored = ({graph}: ModelProto, name: string) =>
  (graph?.initializer ?? []).some((tensor) => tensor.name === name);

test("every opset from 9 to 22 is among the exports", () => {
  const opsets = new Set(exportsOf().map(({name}) => Number(name.split("-")[2])));
  expect([...opsets].sort((a, b) => a - b)).toEqual(Array.from({length: 14}, (_, i) => 9 + i));
});

describe("exported networks against PyTorch's gradients in float64", () => {
  test.each(exportsOf())("$name", async ({file, net}) => {
    const {inputs, seed, y, gradient} = referenceOf(net);
    const graph = await openOnnx(file);
    try {
      expect(graph.unsupported).toEqual([]);
      const at = targetOf(graph.model);
      const both = await graph.runWithGradient(inputs, {output: "y", weights: seed, wrt: [at]});
      expect(distance(both.values.y, y)).toBeLessThan(2e-6);
      expect(shareWithin(both.gradients[at], gradient, 1e-5)).toBeGreaterThanOrEqual(0.99);
      if (SMOOTH.has(net)) expect(distance(both.gradients[at], gradient)).toBeLessThan(2e-6);
    } finally {
      await graph.dispose();
    }
  });
});

describe("gradients at all weights against PyTorch's in float64", () => {
  test.each(["lenet-dynamo-18", "vit-dynamo-20"])("%s", async (name) => {
    const {inputs, seed, weights} = referenceOf(name.split("-")[0]);
    const graph = await openOnnx(join(FOLDER, `${name}.onnx`));
    try {
      const names = Object.keys(weights).filter((weight) => isStored(graph.model, weight));
      expect(names.length).toBeGreaterThan(Object.keys(weights).length / 2); // exporters fold some away
      const gradients = await graph.gradient(inputs, {output: "y", weights: seed, wrt: names});
      for (const weight of names) expect(distance(gradients[weight], weights[weight])).toBeLessThan(2e-6);
    } finally {
      await graph.dispose();
    }
  });
});
