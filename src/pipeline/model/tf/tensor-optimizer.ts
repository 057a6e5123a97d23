import type * as tf from "@tensorflow/tfjs";

import type {OptimizerState} from "../../../nouns/network";

/** A rule that moves tfjs' variables against their gradients. */
export interface TensorOptimizer {
  /** Makes one step. The variables and their order must always be the same. */
  apply(
    gradients: readonly {readonly variable: tf.Variable; readonly gradient: tf.Tensor}[],
    learningRate: number,
  ): void;
  getState(): Promise<OptimizerState>;
  setState(state: OptimizerState): Promise<void>;
  /** Frees its moments. */
  dispose(): void;
}
