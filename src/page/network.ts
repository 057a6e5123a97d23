import {type FusedNetwork, fusedNetwork, plan} from "../engine/index";
import {plainCnn} from "../pipeline/model/zoo/plain-cnn";
import type {Config} from "./config";
import type {Lesson} from "./lesson";

/**
 * The program's default network with a chosen width, computed on the thread that asks. It uses the kernels that every
 * processor can run, so the same settings give the same weights, bit by bit, in every browser and in Node.
 */
export async function networkOf({width, seed}: Config, {shape, classNames, batchSize}: Lesson): Promise<FusedNetwork> {
  const planned = plan(plainCnn(shape, classNames.length, seed, width), "adam");
  if ("reason" in planned) throw new Error(planned.reason);
  return fusedNetwork(planned, {here: true, threads: 1, classNames, batchSize, seed, variant: "plain"});
}
