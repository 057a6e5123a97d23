import type {Environment} from "../record/environment";
import {constant, oneCycle} from "../training/schedule";
import type {RunOptions} from "./options";
import {peakRate} from "./peak-rate";

/** With more than 8 threads, a step of a small network mostly waits for the slowest thread. */
export function threadsOf({threads}: RunOptions, {processor}: Environment): number {
  return threads || Math.min(8, processor.cores);
}

/** The learning rate and the schedule that result from the options. */
export function rateOf({optimizer, learningRate, schedule, batchSize}: RunOptions, model: string) {
  const rate = learningRate || peakRate(optimizer, model, batchSize);
  const shape = schedule === "auto" ? (learningRate ? "constant" : "one-cycle") : schedule;
  return {learningRate: rate, shape, schedule: shape === "constant" ? constant(rate) : oneCycle(rate)};
}
