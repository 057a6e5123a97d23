import * as tf from "@tensorflow/tfjs";
import {afterAll, beforeAll, expect, test} from "vitest";

import {backends} from "../../src/pipeline/backend/index";
import {models} from "../../src/pipeline/model/index";
import {logitsAndInputGradient, lossAndGradients, randomBatch, randomizeWeights, worst} from "../engine/tfjs";

beforeAll(() => tf.enableProdMode());
afterAll(() => tf.setBackend("cpu"));

test.for(["cnn", "exigo"] as const)(
  "%s has the cpu backend's loss, gradients and logits on TensorFlow, where tfjs-node is installed or was set up",
  async (name, {skip}) => {
    const started = await backends.tensorflow.start();
    if ("problem" in started) skip(started.problem);
    const batch = randomBatch(1, 9, [14, 14, 1], 10);
    const on = async (backend: string) => {
      await tf.setBackend(backend);
      const model = models[name]([14, 14, 1], 10, 0);
      randomizeWeights(model, 1);
      return {...lossAndGradients(model, batch, 10), ...logitsAndInputGradient(model, batch, 10, true)};
    };
    const [cpu, tensorflow] = [await on("cpu"), await on("tensorflow")];
    expect(Math.abs(tensorflow.loss - cpu.loss)).toBeLessThan(1e-5);
    expect(worst(tensorflow.logits, cpu.logits)).toBeLessThan(1e-5);
    expect(worst(tensorflow.gradient, cpu.gradient)).toBeLessThan(1e-5);
    tensorflow.gradients.forEach((g, i) => {
      expect(worst(g, cpu.gradients[i])).toBeLessThan(1e-5);
    });
  },
);
