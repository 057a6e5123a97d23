import type {Workers} from "./workers";

/** A task for workers, with the name that its result has. */
export interface Shard<S> {
  /** SHA-256 of the question. */
  readonly id: string;
  /** Its name in errors. */
  readonly named: string;
  readonly question: S;
}

/** Stores results, so that the same question is not asked again. */
export interface Results {
  /** @returns The complete result, as it was written; undefined if there is none. */
  read(id: string): Promise<Uint8Array | undefined>;
  keep(id: string, bytes: Uint8Array): Promise<void>;
}

export interface Done<S> extends Shard<S> {
  readonly bytes: Uint8Array;
  /** Whether the result was there before. */
  readonly known: boolean;
}

interface Failed<S> extends Shard<S> {
  readonly error: Error;
}

/**
 * A shard that fails does not stop the others. But if this many fail, all others will probably fail, too, and the work
 * stops.
 */
const MOST_FAILED = 5;

/** How many more shards are asked for than can be worked on at once, so that no worker waits for the next one. */
const AHEAD = 2;

/**
 * Gives workers all shards that have no result yet, and yields each result as soon as it is there, in any order. So
 * interrupted work continues where it stopped. Shards are taken one by one as workers become free, so a million of them
 * are never in memory. After an abort, it asks for no more shards, and yields the results of those that were begun.
 *
 * @throws The first error, with the names of other shards that failed. All other shards are finished first, unless many
 * fail.
 */
export async function* flow<S>(
  shards: Iterable<Shard<S>>,
  workers: Pick<Workers, "places">,
  ask: (shard: Shard<S>) => Promise<Uint8Array>,
  results: Results,
  signal?: AbortSignal,
): AsyncGenerator<Done<S>> {
  const running = new Map<string, Promise<Done<S> | Failed<S> | Shard<S>>>();
  const failed: Failed<S>[] = [];
  /**
   * Yields the next result that is ready; nothing for a shard that was requested but had not begun when the work was
   * interrupted.
   */
  async function* settled(): AsyncGenerator<Done<S>> {
    const done = await Promise.race(running.values());
    running.delete(done.id);
    if ("error" in done) failed.push(done);
    else if ("bytes" in done) yield done;
  }
  const act = async (shard: Shard<S>): Promise<Done<S> | Failed<S> | Shard<S>> => {
    try {
      const bytes = await ask(shard);
      await results.keep(shard.id, bytes);
      return {...shard, bytes, known: false};
    } catch (error) {
      return signal?.aborted && error === signal.reason ? shard : {...shard, error: error as Error};
    }
  };
  try {
    for (const shard of shards) {
      if (signal?.aborted || failed.length >= MOST_FAILED) break;
      const bytes = await results.read(shard.id);
      if (bytes) {
        yield {...shard, bytes, known: true};
        continue;
      }
      running.set(shard.id, act(shard));
      if (running.size >= workers.places + AHEAD) yield* settled();
    }
    while (running.size > 0) yield* settled();
  } finally {
    await Promise.all(running.values());
  }
  if (failed.length === 0) return;
  const [{error}, ...others] = failed;
  if (others.length > 0) error.message += `; so failed ${others.map(({named}) => named).join(", ")}`;
  throw error;
}
