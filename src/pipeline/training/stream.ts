import type {RandomSource} from "../../nouns/random";
import type {LabelledImages, Split} from "../../nouns/samples";
import {batches} from "../data/batches";

/** A batch whose images know where they stand in their split. */
export type IndexedBatch = LabelledImages & {readonly indices: Uint32Array};

/** Batches that the stream has read, or is reading, and has not yet given. */
const AHEAD = 1;

export interface StreamOptions {
  readonly random: RandomSource;
  /** Batches to leave out at the start. */
  readonly from: number;
  /** Batches that are in use at once: when one more is asked for, the oldest must be done with. */
  readonly inUse: number;
  /** Changes each batch's images as they come. */
  readonly augment?: ((batch: IndexedBatch) => void) | undefined;
}

/** A split's batches, shuffled, one of them read ahead, so that the next is ready when the network is. */
export function streamOf(
  split: Split,
  batchSize: number,
  {random, from, inUse, augment}: StreamOptions,
): {next(): Promise<IteratorResult<IndexedBatch, void>>} {
  const changed = async function* () {
    for await (const batch of batches(split, batchSize, {random, from, held: inUse + AHEAD})) {
      augment?.(batch);
      yield batch;
    }
  };
  const stream = changed();
  let ahead: Promise<IteratorResult<IndexedBatch, void>> | undefined;
  return {
    async next() {
      const given = await (ahead ?? stream.next());
      ahead = given.done ? undefined : stream.next();
      ahead?.catch(() => undefined); // told when it is asked for
      return given;
    },
  };
}
