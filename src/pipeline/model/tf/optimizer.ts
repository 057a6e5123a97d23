import * as tf from "@tensorflow/tfjs";
import {oneOf} from "../../../nouns/options";
import {fusedAdam, fusedMomentum} from "./fused-optimizer";
import type {TensorOptimizer} from "./tensor-optimizer";
import {tfjsOptimizer} from "./tfjs-optimizer";

interface Rule {
  /** Makes the optimizer of tfjs operations, for any backend, with tfjs' own settings: Adam's epsilon is 1e-7. */
  readonly composed: () => TensorOptimizer;
  /** The same with one kernel for each variable, if the backend has that kernel. */
  readonly fused?: {readonly kernel: string; readonly make: () => TensorOptimizer};
}

/** All optimizers, by their names for `--optimizer`. */
const rules = {
  adam: {composed: () => tfjsOptimizer(tf.train.adam(1e-3)), fused: {kernel: "_FusedAdam", make: fusedAdam}},
  sgd: {
    composed: () => tfjsOptimizer(tf.train.momentum(1e-2, 0.9)),
    fused: {kernel: "_FusedMomentum", make: fusedMomentum},
  },
  rmsprop: {composed: () => tfjsOptimizer(tf.train.rmsprop(1e-3))},
} satisfies Record<string, Rule>;
export type OptimizerName = keyof typeof rules;
export const optimizerNamed = oneOf(...(Object.keys(rules) as OptimizerName[]));

/** The optimizer, for the backend that is set. */
export function tensorOptimizer(name: OptimizerName): TensorOptimizer {
  const {composed, fused}: Rule = rules[name];
  return fused && tf.getKernel(fused.kernel, tf.getBackend()) ? fused.make() : composed();
}
