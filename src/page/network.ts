import {type FusedNetwork, fusedNetwork, plan} from "../engine/index";
import {plainCnn} from "../pipeline/model/zoo/plain-cnn";
import type {Config} from "./config";
import type {Lesson} from "./lesson";

/**
 * The product's default network with its width chosen, computed on the thread that asks. By the kernels that every processor
 * runs: so the same settings end at the same weights, bit by bit, in every browser and in Node.
 */
export async function networkOf({width, seed}: Config, {shape, classNames, batchSize}: Lesson): Promise<FusedNetwork> {
  const planned = plan(plainCnn(shape, classNames.length, seed, width), "adam");
  if ("reason" in planned) throw new Error(planned.reason);
  return fusedNetwork(planned, {here: true, threads: 1, classNames, batchSize, seed, variant: "plain"});
}
