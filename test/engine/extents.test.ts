import * as tf from "@tensorflow/tfjs";
import {expect, test} from "vitest";

import {isOptimizer, optimizers} from "../../src/engine/compiler/optimizers";
import {plan} from "../../src/engine/index";
import {extent} from "../../src/engine/layers/convolution";
import {graphOf} from "../../src/graph/index";

test.each([
  // "valid": only whole windows
  [12, 3, 1, "valid", [10, 0]],
  [12, 3, 2, "valid", [5, 0]],
  [12, 12, 1, "valid", [1, 0]],
  // "same": as many as the stride allows; the odd zero goes behind
  [12, 3, 1, "same", [12, 1]],
  [12, 4, 1, "same", [12, 1]],
  [12, 3, 2, "same", [6, 0]],
  [11, 3, 2, "same", [6, 1]],
  [12, 1, 2, "same", [6, 0]],
] as const)("of %i places, windows of %i by steps of %i (%s) give %j", (length, window, stride, padding, expected) => {
  expect(extent(length, window, stride, padding)).toEqual(expected);
});

test("a kernel of 7 x 7 and steps of 2 are still for the fused engine", async () => {
  tf.enableProdMode();
  await tf.setBackend("cpu");
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({inputShape: [12, 12, 1], filters: 2, kernelSize: 7, strides: 2}),
      tf.layers.flatten(),
      tf.layers.dense({units: 3, name: "logits"}),
      tf.layers.softmax({name: "probabilities"}),
    ],
  });
  expect(plan(graphOf(model), "adam")).toMatchObject({classes: 3});
  expect(plan(graphOf(model), "adam")).not.toHaveProperty("reason");
});

test("adam's factors undo that its means begin at 0, and momentum needs none", () => {
  const {rate, correction} = optimizers.adam.factors(0.01, 1);
  expect(rate).toBeCloseTo(0.01 / 0.1, 6);
  expect(correction).toBeCloseTo(1 / 0.001, 1);
  expect(optimizers.adam.factors(0.01, 2).rate).toBeCloseTo(0.01 / (1 - 0.81), 6);
  expect(optimizers.adam.factors(0.01, 1e6)).toEqual({rate: 0.01, correction: 1});
  expect(optimizers.sgd.factors(0.01)).toEqual({rate: 0.01, correction: 1});
  expect(["adam", "sgd", "rmsprop"].map(isOptimizer)).toEqual([true, true, false]);
});
