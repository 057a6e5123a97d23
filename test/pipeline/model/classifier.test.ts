import * as tf from "@tensorflow/tfjs";
import {afterAll, describe, expect, test} from "vitest";
import {EMBEDDING} from "../../../src/nouns/network";
import {models} from "../../../src/pipeline/model/index";
import {classifierOf} from "../../../src/pipeline/model/tf/classifier";
import {classifierSuite, classNames, images, shape} from "../../support/classifier-suite";

afterAll(() => tf.setBackend("cpu"));

describe.each(["cpu", "wasm"] as const)("on %s", classifierSuite);

test("the features, times the last layer's kernel, plus its bias, are the logits", async () => {
  const model = models.mlp(shape, 3, 4);
  const classifier = classifierOf(model, shape, classNames);
  const [
    {
      shape: [width],
      values,
    },
  ] = await classifier.forward(images, [EMBEDDING]);
  const [kernel, bias] = await Promise.all(
    model
      .getLayer("logits")
      .getWeights()
      .map((w) => w.data()),
  );
  const logits = Array.from({length: 9}, (_, i) => {
    const [n, k] = [Math.floor(i / 3), i % 3];
    let sum = bias[k];
    for (let j = 0; j < width; j++) sum += values[n * width + j] * kernel[j * 3 + k];
    return sum;
  });
  expect(await classifier.logits(images)).toBeAllClose(logits, {rtol: 1e-4, atol: 1e-6});
});

test("names what it expected of the model, the images, the layer and the targets", async () => {
  const layers = [tf.layers.flatten({inputShape: [12, 11, 1], name: "flat"}), tf.layers.dense({units: 3, name: "out"})];
  expect(() => classifierOf(tf.sequential({layers}), shape, classNames)).toThrow(
    'model: expected layers "logits" and "probabilities" at its end, got "flat", "out"',
  );
  const classifier = classifierOf(models.mlp(shape, 3, 4), shape, classNames);
  await expect(classifier.predict({...images, shape: [6, 22, 1]})).rejects.toThrow(
    "images: expected 12 x 11 x 1, the model's input, got 6 x 22 x 1",
  );
  await expect(classifier.forward(images, ["conv9"])).rejects.toThrow("layer: expected one of flatten, hidden");
  await expect(classifier.inputGradient(images, [0, 1])).rejects.toThrow(
    "targets: expected one for each of 3 images, got 2",
  );
  await expect(classifier.inputGradient(images, [0, 1, 3])).rejects.toThrow(
    "target class: expected a number below 3, got 3",
  );
});
