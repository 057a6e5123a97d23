import {expect, test} from "vitest";
import type {ImageShape} from "../../../src/nouns/samples";
import {fittingModel, models} from "../../../src/pipeline/model/index";

test.each<[string, ImageShape]>([
  ["mlp", [1, 1, 1]],
  ["mlp", [8, 8, 1]],
  ["mlp", [9, 40, 3]],
  ["mlp", [200, 2, 3]],
  ["cnn", [10, 10, 1]],
  ["cnn", [28, 28, 1]],
  ["cnn", [63, 300, 3]],
  ["deep", [64, 64, 3]],
])("a network is chosen that takes the pictures: %s for %j", (expected, shape) => {
  const {name} = fittingModel(shape);
  expect(name).toBe(expected);
  const model = models[name](shape, 3, 1);
  expect(model.outputShape).toEqual([null, 3]);
  model.dispose();
});
