import type {Jobs} from "./jobs";

/**
 * Many hands for tasks that do not depend on each other. Whoever they are, the same contract holds
 * (`test/pipeline/jobs/workers.test.ts`): each task is answered once, in any order, with the same bytes; a task that fails names itself
 * and costs no other; a task whose signal is aborted before it has begun is not done.
 */
export interface Workers extends Jobs {
  /** How many tasks are worked on at a time. More may be asked for: they wait. */
  readonly places: number;
  /** Ends the workers, and what they are doing. */
  close(): Promise<void>;
}

/** Whoever did a task has ended before it was done: another may be asked. */
export class WorkerDied extends Error {
  override readonly name = "WorkerDied";
}
