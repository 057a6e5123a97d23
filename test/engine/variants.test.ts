import {execFileSync} from "node:child_process";
import * as tf from "@tensorflow/tfjs";
import {expect, test} from "vitest";

import {fastestVariant} from "../../src/engine/fastest-variant";
import {fusedNetwork, plan} from "../../src/engine/index";
import {VARIANTS} from "../../src/engine/modules";
import {models} from "../../src/pipeline/model/index";
import {randomBatch, randomizeWeights, worst} from "./tfjs";

test("the same build is chosen again and again", async () => {
  const first = await fastestVariant();
  expect(VARIANTS).toContain(first);
  expect(await fastestVariant()).toBe(first);
});

test("both builds compute the same but for rounding, and say which they are", async () => {
  await tf.setBackend("cpu");
  const model = models.cnn([14, 14, 1], 10, 0);
  randomizeWeights(model, 1);
  const planned = plan(model, "adam");
  if ("reason" in planned) throw new Error(planned.reason);
  const batch = randomBatch(1, 20, [14, 14, 1], 10);
  const results = [];
  for (const variant of VARIANTS) {
    const classNames = [..."0123456789"];
    const network = await fusedNetwork(planned, {threads: 2, classNames, batchSize: 20, seed: 0, variant});
    expect(network.variant).toBe(variant);
    results.push({logits: await network.logits(batch), gradients: await network.gradients(batch, 0)});
    await network.dispose();
  }
  const [plain, fused] = results;
  expect(worst(fused.logits, plain.logits)).toBeLessThan(5e-6);
  fused.gradients.forEach(({values}, i) => {
    expect(worst(values, plain.gradients[i].values)).toBeLessThan(5e-6);
  });
  expect(fused.logits).not.toEqual(plain.logits); // or the flag for relaxed SIMD did nothing
});

test("is the same in each of six new processes: what is quick to compile must not be taken for what is quick", () => {
  const ask = 'require("./src/engine/fastest-variant").fastestVariant().then((v) => console.log(v))';
  const answers = Array.from({length: 6}, () =>
    execFileSync(process.execPath, ["-r", "ts-node/register", "-e", ask], {encoding: "utf8"}).trim(),
  );
  expect(VARIANTS).toContain(answers[0]);
  expect(new Set(answers).size).toBe(1);
});
