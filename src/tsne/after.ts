import type {Descent} from "./descent";
import type {Matrix} from "./linear/matrix";
import {type TsneMap, type TsneOptions, tsne} from "./tsne";

export interface AfterOptions extends Pick<TsneOptions, "perplexity" | "metric" | "threads"> {
  /**
   * Whether groups may still pass each other: attraction is exaggerated for a while. Maps from one another that are all
   * made so shrink to blots; those that never are keep the order of the first. So: where much changes.
   */
  readonly mixing: boolean;
  readonly every?: Descent["every"];
  readonly onProgress?: Descent["onProgress"];
}

const ITERATIONS = 60;
/** Of the iterations, those with exaggerated attraction, where groups may mix. */
const MIXING = {iterations: 25, exaggeration: 4};
/** The least learning rate, for few rows; as `tsne` has it. */
const SLOWEST = 50;

/**
 * A map that goes on from the map of the same rows before their values changed: a few short steps, so that a film of maps
 * can be followed by eye, and each costs a fifth of a map from nothing.
 *
 * @param data The rows as they are now. @param before Their places on the map before, `[rows * 2]`; not changed.
 */
export function tsneAfter(data: Matrix, before: Float32Array, {mixing, ...options}: AfterOptions): Promise<TsneMap> {
  return tsne(data, {
    ...options,
    start: before,
    iterations: ITERATIONS,
    exaggeration: MIXING.exaggeration,
    exaggerationIterations: mixing ? MIXING.iterations : 0,
    learningRate: Math.max(SLOWEST, (mixing ? 0.12 : 0.25) * data.rows),
    lateLearningRate: Math.max(SLOWEST, 0.25 * data.rows),
  });
}
