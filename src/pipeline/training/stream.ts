import type {RandomSource} from "../../nouns/random";
import type {Split} from "../../nouns/samples";
import {type Batch, batches} from "../data/batches";

/** How many batches the stream has read, or is reading, and has not yet returned. */
const AHEAD = 1;

export interface StreamOptions {
  readonly random: RandomSource;
  /** How many batches to leave out at the start. */
  readonly from: number;
  /**
   * How many batches are in use at the same time. When the next one is asked for, the oldest must not be in use any
   * more.
   */
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
