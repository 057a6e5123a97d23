import type {Jobs} from "./jobs";

/**
 * The interface to many workers, for tasks that do not depend on each other. All implementations keep the same contract
 * (`test/pipeline/jobs/workers.test.ts`): each task is answered once, in any order, with the same bytes; the error of a
 * task names the task and does not stop others; a task whose signal is aborted before it begins is not done.
 */
export interface Workers extends Jobs {
  /** How many tasks are worked on at the same time. More may be asked for; they wait. */
  readonly places: number;
  /** Ends the workers and their current tasks. */
  close(): Promise<void>;
}

/** A task cannot be done now, but it can be done later: another process is doing it, or its worker was told to stop. */
export class NotNow extends Error {
  override readonly name = "NotNow";
}

/** A worker ended before its task was done; another worker may do the task. */
export class WorkerDied extends Error {
  override readonly name = "WorkerDied";
}
