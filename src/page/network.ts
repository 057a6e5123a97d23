import {type FusedNetwork, fusedNetwork, planPlain} from "../engine/index";
import {plainCnn} from "../pipeline/model/zoo/plain-cnn";
import type {Config} from "./config";
import type {Lesson} from "./lesson";

/**
 * The product's default network with its width chosen, computed on the thread that asks. By the kernels that every processor
 * runs: so the same settings end at the same weights, bit by bit, in every browser and in Node.
 */
export async function networkOf({width, seed}: Config, {shape, classNames, batchSize}: Lesson): Promise<FusedNetwork> {
  const planned = planPlain(plainCnn(shape, classNames.length, seed, width), "adam");
  if ("reason" in planned) throw new Error(planned.reason);
  return fusedNetwork(planned, {here: true, threads: 1, classNames, batchSize, seed, variant: "plain"});
}

/** How many numbers it learns: two convolutions of 3 x 3 with a pool of 2 x 2 after each, and a dense layer. */
export function weightCount({width}: Config, {shape: [height, across, channels], classNames}: Lesson): number {
  const pooled = (side: number) => Math.floor((side - 2) / 2);
  const features = pooled(pooled(height)) * pooled(pooled(across)) * 2 * width;
  return 9 * channels * width + width + 9 * width * 2 * width + 2 * width + (features + 1) * classNames.length;
}
