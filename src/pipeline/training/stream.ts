import * as tf from "@tensorflow/tfjs";
import type {RandomSource} from "../../nouns/random";
import type {LabelledImages, Split} from "../../nouns/samples";
import {batches} from "../data/batches";

/** A batch whose images know where they stand in their split. */
export type IndexedBatch = LabelledImages & {readonly indices: Uint32Array};

/** Batches that the stream has read and not yet given: one prefetched, one on its way. */
const AHEAD = 2;

export interface StreamOptions {
  readonly random: RandomSource;
  /** Batches to leave out at the start. */
  readonly from: number;
  /** Batches that are in use at once: when one more is asked for, the oldest must be done with. */
  readonly inUse: number;
  /** Changes each batch's images as they come. */
  readonly augment?: ((batch: IndexedBatch) => void) | undefined;
}

/** A split's batches, shuffled, as a `tf.data` stream that reads one batch ahead, so that the next is ready when the network is. */
export async function streamOf(
  split: Split,
  batchSize: number,
  {random, from, inUse, augment}: StreamOptions,
): Promise<{next(): Promise<IteratorResult<IndexedBatch>>}> {
  const changed = async function* () {
    for await (const batch of batches(split, batchSize, {random, from, held: inUse + AHEAD})) {
      augment?.(batch);
      yield batch;
    }
  };
  // Typed for containers of tensors, but any plain object passes through with what it holds.
  const stream = await tf.data
    .generator(changed as unknown as () => Iterator<tf.TensorContainer>)
    .prefetch(1)
    .iterator();
  return stream as unknown as {next(): Promise<IteratorResult<IndexedBatch>>};
}
