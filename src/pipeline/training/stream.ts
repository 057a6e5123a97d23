import * as tf from "@tensorflow/tfjs";

import {batches} from "../data/batches";
import type {RandomSource} from "../random";
import type {LabelledImages, Split} from "../types";

/**
 * A split's batches as a `tf.data` stream that reads one batch ahead, so that the next is ready when the network is.
 *
 * @param random Shuffles, if given.
 * @param from Batches to leave out at the start.
 */
export async function streamOf(
  split: Split,
  batchSize: number,
  random?: RandomSource,
  from = 0,
): Promise<{next(): Promise<IteratorResult<LabelledImages>>}> {
  // Typed for containers of tensors, but any plain object passes through with what it holds.
  const source = () => batches(split, batchSize, random, from) as unknown as Iterator<tf.TensorContainer>;
  const stream = await tf.data.generator(source).prefetch(1).iterator();
  return stream as unknown as {next(): Promise<IteratorResult<LabelledImages>>};
}
