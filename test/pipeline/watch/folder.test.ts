import {expect, test} from "vitest";

import {numberIn} from "../../../src/pipeline/watch/folder";

test.each([
  ["epoch-003.onnx", 3],
  ["epoch=3-step=1200.ckpt", 3],
  ["resnet18-e5.pt", 5],
  ["resnet18_epoch_12.safetensors", 12],
  ["model_1000.pt", 1000],
  ["Epoch7.onnx", 7],
  ["net-epochs12-v2.onnx", 12],
  ["0.npz", 0],
  ["final.pt", undefined],
  ["graph.onnx", undefined],
])("%s is epoch %s", (name, epoch) => {
  expect(numberIn(name)).toBe(epoch);
});
