import type {Environment} from "../record/environment";
import {constant, oneCycle} from "../training/schedule";
import {peakRate, type RunOptions} from "./options";

/** Past 8 threads a step of a small network is spent waiting for the last one. */
export function threadsOf({threads}: RunOptions, {processor}: Environment): number {
  return threads || Math.min(8, processor.cores);
}

/** The learning rate and its schedule that the options come to. */
export function rateOf({optimizer, learningRate, schedule, batchSize}: RunOptions, model: string) {
  const rate = learningRate || peakRate(optimizer, model, batchSize);
  const shape = schedule === "auto" ? (learningRate ? "constant" : "one-cycle") : schedule;
  return {learningRate: rate, shape, schedule: shape === "constant" ? constant(rate) : oneCycle(rate)};
}
