import type {Descent} from "./descent";
import type {Matrix} from "./linear/matrix";
import {type TsneMap, type TsneOptions, tsne} from "./tsne";

export interface AfterOptions extends Pick<TsneOptions, "perplexity" | "metric" | "threads"> {
  /**
   * Whether groups may still pass each other: attraction is exaggerated for a while. Use it where much changes. If
   * every map of a film is made so, groups shrink to blots; if none is, groups keep the order of the first map.
   */
  readonly mixing: boolean;
  readonly every?: Descent["every"];
  readonly onProgress?: Descent["onProgress"];
}

const ITERATIONS = 60;
/** How many of the iterations have exaggerated attraction, so that groups may mix, and by which factor. */
const MIXING = {iterations: 25, exaggeration: 4};
/** The least learning rate, which applies to few rows; the same as in `tsne`. */
const SLOWEST = 50;

/**
 * Makes a map that continues the map of the same rows before their values changed. It takes few and short steps, so
 * that the eye can follow a film of such maps. It costs a fifth of a map from scratch.
 *
 * @param data The rows as they are now.
 * @param before Their places on the map before, `[rows * 2]`; not changed.
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
