import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import * as tf from "@tensorflow/tfjs";
import {expect, test} from "vitest";

import {fusedNetwork, plan} from "../../src/engine/index";
import {fusesMultiplyAdd, VARIANTS} from "../../src/engine/runtime/modules";
import {graphOf} from "../../src/graph/index";
import {models} from "../../src/pipeline/model/index";
import {randomBatch, randomizeWeights, worst} from "./tfjs";

test("both builds compute the same but for rounding, and say which they are", async () => {
  await tf.setBackend("cpu");
  const model = models.cnn([14, 14, 1], 10, 0);
  randomizeWeights(model, 1);
  const planned = plan(graphOf(model), "adam");
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

test("without a word the processor decides by its own instruction, not a timing", async () => {
  await tf.setBackend("cpu");
  const planned = plan(graphOf(models.mlp([14, 14, 1], 10, 0)), "adam");
  if ("reason" in planned) throw new Error(planned.reason);
  const network = await fusedNetwork(planned, {threads: 1, classNames: [..."0123456789"], batchSize: 4, seed: 0});
  expect(network.variant).toBe(fusesMultiplyAdd() ? "fused-multiply-add" : "plain");
  await network.dispose();
});

test.runIf(existsSync("/proc/cpuinfo") && process.arch === "x64")(
  "multiply-add is found fused exactly where Linux lists the processor's flag for it",
  () => {
    const flags = /^flags.*/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[0].split(" ") ?? [];
    expect(fusesMultiplyAdd()).toBe(flags.includes("fma"));
  },
);

test("nothing of the engine looks at a clock", () => {
  const files = readdirSync("src/engine", {recursive: true, encoding: "utf8"}).filter((file) => file.endsWith(".ts"));
  const timed = files.filter((file) =>
    /performance\b|Date\b|hrtime/.test(readFileSync(join("src/engine", file), "utf8")),
  );
  expect(timed).toEqual([]);
});
