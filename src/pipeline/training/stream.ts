import type {RandomSource} from "../../nouns/random";
import type {Split} from "../../nouns/samples";
import {type Batch, batches} from "../data/batches";

/** Batches that the stream has read, or is reading, and has not yet given. */
const AHEAD = 1;

export interface StreamOptions {
  readonly random: RandomSource;
  /** Batches to leave out at the start. */
  readonly from: number;
  /** Batches that are in use at once: when one more is asked for, the oldest must be done with. */
  readonly inUse: number;
  /** Changes each batch's images as they come. */
  readonly augment?: ((batch: Batch) => void) | undefined;
}

/** A split's batches, shuffled, with one batch read ahead, so that the next is ready when the network is. */
export function streamOf(
  split: Split,
  batchSize: number,
  {random, from, inUse, augment}: StreamOptions,
): {next(): Promise<IteratorResult<Batch, void>>} {
  const changed = async function* () {
    for await (const batch of batches(split, batchSize, {random, from, held: inUse + AHEAD})) {
      augment?.(batch);
      yield batch;
    }
  };
  const stream = changed();
  let ahead: Promise<IteratorResult<Batch, void>> | undefined;
  return {
    async next() {
      const given = await (ahead ?? stream.next());
      ahead = given.done ? undefined : stream.next();
      ahead?.catch(() => undefined); // thrown when the batch is asked for
      return given;
    },
  };
}
