import type {OptimizerName} from "../model/tf/optimizer";
import {BATCH} from "../training/length";

/** Learning rates for batches of 64. */
const PEAK_RATES: Readonly<Record<OptimizerName, number>> = {adam: 0.004, sgd: 0.1, rmsprop: 0.002};
/**
 * With batch normalisation, the deep model learns faster and better with larger steps: 97 % instead of 94 % in
 * bench/shapes.ts.
 */
const DEEP_ADAM = 0.01;
/** A transformer needs smaller steps. */
const VIT_ADAM = 0.002;

/**
 * The learning rate that fits a model and a batch size. For plain gradient descent it grows in proportion to the batch
 * (Goyal et al. 2017); for Adam and RMSProp the batch size hardly matters.
 */
export function peakRate(optimizer: OptimizerName, model: string, batchSize: number): number {
  if (optimizer === "adam" && model === "deep") return DEEP_ADAM;
  if (optimizer === "adam" && model === "vit") return VIT_ADAM;
  const rate = PEAK_RATES[optimizer];
  return optimizer === "sgd" && batchSize < BATCH ? (rate * batchSize) / BATCH : rate;
}
