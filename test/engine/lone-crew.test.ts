import * as tf from "@tensorflow/tfjs";
import {expect, test} from "vitest";

import {fusedNetwork, plan} from "../../src/engine/index";
import {graphOf} from "../../src/graph/index";
import {models} from "../../src/pipeline/model/index";
import {randomBatch, randomizeWeights} from "./tfjs";

const classNames = [..."0123456789"];

test.each(["cnn", "deep", "mlp"] as const)(
  "this thread alone trains %s to the bits that threads give",
  async (name) => {
    await tf.setBackend("cpu");
    const model = models[name]([16, 16, 1], 10, 0);
    randomizeWeights(model, 1);
    const planned = plan(graphOf(model), "adam");
    if ("reason" in planned) throw new Error(planned.reason);
    const results = [];
    for (const where of [{here: true, threads: 1}, {threads: 2}]) {
      const network = await fusedNetwork(planned, {...where, classNames, batchSize: 30, seed: 3, variant: "plain"});
      for (let step = 0; step < 3; step++) await network.trainBatch(randomBatch(step, 30, [16, 16, 1], 10), 0.01, step);
      const batch = randomBatch(9, 7, [16, 16, 1], 10);
      results.push({
        weights: await network.getWeights(),
        logits: await network.logits(batch),
        gradients: await network.inputGradient(batch, batch.labels),
      });
      await network.dispose();
    }
    expect(results[0]).toEqual(results[1]);
  },
);

test("after its end it refuses questions", async () => {
  await tf.setBackend("cpu");
  const planned = plan(graphOf(models.mlp([4, 4, 1], 10, 0)), "adam");
  if ("reason" in planned) throw new Error(planned.reason);
  const network = await fusedNetwork(planned, {here: true, threads: 1, classNames, batchSize: 4, seed: 0});
  await network.dispose();
  await expect(network.logits(randomBatch(1, 1, [4, 4, 1], 10))).rejects.toThrow(/expected no call after its end/);
});
