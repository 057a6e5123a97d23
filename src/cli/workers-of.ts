import {cpus} from "node:os";

import type {Results} from "../pipeline/jobs/flow";
import {threadPool} from "../pipeline/jobs/pool";
import {shownAddress} from "../pipeline/jobs/queue-url";
import type {QueueWorkersOptions} from "../pipeline/jobs/queue-workers";
import type {Workers} from "../pipeline/jobs/workers";
import {isQueue, queueOf, type TaskKind} from "./queue-of";

/** The most threads that are used if the user gives no number. */
const MOST_THREADS = 16;

/** Seconds after which the user is told that nobody takes what is in the queue. */
const PATIENCE = 5;

export interface AskedWorkers {
  readonly kind: TaskKind;
  /** Where workers keep what they find. */
  readonly results: Results;
  readonly idOf: QueueWorkersOptions["idOf"];
  /** Told what the user should know, in one line. */
  readonly say: (line: string) => void;
}

/** Threads of this machine, or whoever takes from a queue, as `--workers` says. */
export async function workersOf(word: string, {kind, results, idOf, say}: AskedWorkers): Promise<Workers> {
  if (!isQueue(word)) return threadPool(word === "auto" ? Math.min(MOST_THREADS, cpus().length) : Number(word));
  const {queueWorkers}: typeof import("../pipeline/jobs/queue-workers") = require("../pipeline/jobs/queue-workers");
  const workers = await queueWorkers({...queueOf(word, kind), results, say, idOf});
  const lonely = setTimeout(async () => {
    const count = await workers.workerCount().catch(() => 1); // of a server that is away something else is told
    const address = shownAddress(word);
    if (count === 0)
      say(`nobody takes from this queue yet: start workers by "epochscope worker ${address} --save FOLDER"`);
  }, 1000 * PATIENCE);
  return {
    ...workers,
    close() {
      clearTimeout(lonely);
      return workers.close();
    },
  };
}
