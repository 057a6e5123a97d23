import {setTimeout as wait} from "node:timers/promises";

import {ATTEMPTS, openQueue, type QueuedAnswer, type QueuedJob, type QueuedTask, type QueueOptions} from "./queue";

export interface ServeOptions extends QueueOptions {
  /** How many tasks it works on at the same time. */
  readonly places: number;
  /** Seconds after which a worker that has said nothing counts as dead, and its tasks are given to others. */
  readonly lock: number;
  /** Does a task and keeps its result, unless it is there. */
  work(id: string, task: QueuedTask): Promise<QueuedAnswer>;
  /** Told of each task that is done, or has failed here. */
  told?: (event: {readonly id: string; readonly failed?: string}) => void;
}

/** Milliseconds after which a worker that ends looks whether its server is there. */
const ASKED_AGAIN = 3000;

/** A worker of a queue. */
export interface Served {
  /** Finishes the current tasks, takes no more, and ends; at once where the server is away, since it can be told of none. */
  close(): Promise<void>;
}

/**
 * Takes tasks from a queue, one after another, until it is closed.
 *
 * @throws UserError in one line if the server does not answer, or a package is missing.
 */
export async function serveQueue(options: ServeOptions): Promise<Served> {
  const {name, places, lock, work, told = () => {}} = options;
  const {bullmq, connection, trouble, isThere} = await openQueue(options);
  const worker = new bullmq.Worker<QueuedTask, QueuedAnswer>(
    name,
    async (job: QueuedJob) => {
      const id = `${job.id}`;
      const answer = await work(id, job.data);
      told({id});
      return answer;
    },
    {
      ...{connection, concurrency: places, maxStalledCount: ATTEMPTS - 1},
      ...{lockDuration: 1000 * lock, stalledInterval: 500 * lock},
    },
  );
  worker.on("error", trouble);
  worker.on("failed", (job, error) => told({id: `${job?.id}`, failed: error.message}));
  await worker.waitUntilReady();
  return {
    async close() {
      const closed = worker.close().then(() => true);
      while (!(await Promise.race([closed, wait(ASKED_AGAIN, false, {ref: false})]))) {
        if (await isThere()) continue; // it is still at work
        await Promise.race([worker.disconnect(), wait(ASKED_AGAIN, undefined, {ref: false})]);
        return;
      }
    },
  };
}
