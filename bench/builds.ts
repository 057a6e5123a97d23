/**
 * @file Measures how much the kernels' second build saves: milliseconds of processor time for a training step on one
 * thread, with batches of 64 and both builds in turns: `npm run bench -- builds`. It takes processor time, so that
 * other work on the machine changes little.
 */
import * as tf from "@tensorflow/tfjs";

import {fusedNetwork, plan, VARIANTS} from "../src/engine/index";
import {graphOf} from "../src/graph/index";
import {mnistImages, type NetworkName, networks, part} from "./peers/networks";
import {median} from "./statistics";

const [BATCH, STEPS, ROUNDS] = [64, 60, 10];

async function measure(name: NetworkName): Promise<number[]> {
  const planned = plan(graphOf(networks[name]()), "adam");
  if ("reason" in planned) throw new Error(planned.reason);
  const images = part(mnistImages(), 0, BATCH);
  const classNames = [..."0123456789"];
  const options = {threads: 1, classNames, batchSize: BATCH, seed: 0};
  const both = await Promise.all(VARIANTS.map((variant) => fusedNetwork(planned, {...options, variant})));
  const times: number[][] = both.map(() => []);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [v, network] of both.entries()) {
      const begun = process.cpuUsage();
      for (let step = 0; step < STEPS; step++) await network.trainBatch(images, 1e-4, step);
      const {user, system} = process.cpuUsage(begun);
      if (round >= 0) times[v].push((user + system) / 1000 / STEPS); // the first round compiles
    }
  }
  for (const network of both) await network.dispose();
  return times.map(median);
}

async function main(): Promise<void> {
  await tf.setBackend("cpu");
  console.log(`| network | ${VARIANTS.join(" | ")} | ratio |\n|---|${"--:|".repeat(VARIANTS.length + 1)}`);
  for (const name of Object.keys(networks) as NetworkName[]) {
    const [plain, fused] = await measure(name);
    console.log(`| ${name} | ${plain.toFixed(2)} ms | ${fused.toFixed(2)} ms | ${(fused / plain).toFixed(2)} |`);
  }
}

void main();
