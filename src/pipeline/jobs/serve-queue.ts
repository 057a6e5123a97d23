import {setTimeout as wait} from "node:timers/promises";

import {
  ATTEMPTS,
  openQueue,
  type QueuedAnswer,
  type QueuedData,
  type QueuedJob,
  type QueuedTask,
  type QueueOptions,
  taskOf,
} from "./queue";
import {NotNow} from "./workers";

export interface ServeOptions extends QueueOptions {
  /** How many tasks it works on at the same time. */
  readonly places: number;
  /** Seconds after which a worker that does not answer counts as dead; then others get its tasks. */
  readonly lock: number;
  /** Does a task and saves its result, unless the result is there already. After NotNow, the task is put back for a while. */
  work(id: string, task: QueuedTask): Promise<QueuedAnswer>;
  /** Called after each task that was done or has failed here. */
  told?: (event: {readonly id: string; readonly failed?: string}) => void;
}

/** Milliseconds until a task that cannot be done now is tried again. */
const BACK = 2000;

/** Milliseconds after which a worker that is ending checks whether its server is there. */
const ASKED_AGAIN = 3000;

/** A worker of a queue. */
export interface Served {
  /**
   * Finishes the current tasks, takes no more, and ends. If the server is away, it ends at once, because it cannot
   * report its tasks.
   */
  close(): Promise<void>;
}

/**
 * Takes tasks from a queue, one after another, until it is closed.
 *
 * @throws UserError in one line if the server does not answer, or a package is missing.
 */
export async function serveQueue(options: ServeOptions): Promise<Served> {
  const {name, places, lock, work, told = () => {}} = options;
  const {bullmq, connection, backend, trouble, isThere} = await openQueue(options);
  const worker = new bullmq.Worker<QueuedData, QueuedAnswer>(
    name,
    async (job: QueuedJob, token?: string) => {
      const id = `${job.id}`;
      try {
        const answer = await work(id, taskOf(job.data));
        told({id});
        return answer;
      } catch (error) {
        if (!(error instanceof NotNow)) throw error;
        await job.moveToDelayed(performance.timeOrigin + performance.now() + BACK, token);
        throw new bullmq.DelayedError(error.message); // it is no failure, and counts as no attempt
      }
    },
    {
      ...{connection, concurrency: places, maxStalledCount: ATTEMPTS - 1},
      ...{lockDuration: 1000 * lock, stalledInterval: 500 * lock},
    },
    ...backend,
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
