import {join} from "node:path";
import {Worker} from "node:worker_threads";

import type {ErrorCode} from "../../nouns/errors";
import {UserError} from "../../nouns/options";
import type {Jobs, Result} from "./jobs";
import {NotNow, WorkerDied} from "./workers";

/** The answer of the thread. */
export interface Answer {
  readonly said: readonly string[];
  readonly result?: unknown;
  readonly failure?: {
    readonly message: string;
    readonly stack: string;
    readonly code?: ErrorCode;
    readonly isNotNow?: boolean;
  };
}

/** A thread that answers one message after another. */
export interface Thread {
  /**
   * @param signal Tells the task at work to stop, if it heeds that.
   * @throws WorkerDied if the thread ends before it has answered.
   */
  ask(message: object, moved: readonly ArrayBuffer[], signal?: AbortSignal): Promise<Answer>;
  end(): Promise<void>;
}

let thread: Thread | undefined;

/** The file that a thread runs: the worker of `src/tasks`. */
const START = join(__dirname, "../../tasks/start.cjs");

/**
 * Does tasks on the one worker thread of this process, while the caller's thread continues. Tasks that are asked for
 * meanwhile wait for their turn. The thread stays for the next task, and does not keep the process alive. It takes a
 * third of a second to load.
 */
export const threadJobs: Jobs = {
  async ask(task, question, {moved = [], say = () => {}} = {}) {
    thread ??= started();
    return resultOf(await thread.ask({task, question}, moved), say) as Result<typeof task>;
  },
  prepare() {
    thread ??= started();
  },
};

/** The next task after its end gets a new thread. */
function started(): Thread {
  return startThread(START, () => {
    thread = undefined;
  });
}

/**
 * Passes on the thread's notes, and returns its result.
 *
 * @throws What the task threw.
 */
export function resultOf({said, result, failure}: Answer, say: (line: string) => void): unknown {
  for (const line of said) say(line);
  if (!failure) return result;
  const {message, code, isNotNow} = failure;
  const error = isNotNow ? new NotNow(message) : code ? new UserError(message, {code}) : new Error(message);
  error.stack = failure.stack;
  throw error;
}

/** Starts a thread. @param ended Called once, when it has ended. */
export function startThread(start: string = START, ended: () => void = () => {}): Thread {
  const worker = new Worker(start, {execArgv: []});
  worker.unref();
  let broken: Error | undefined;
  let refuse: ((error: Error) => void) | undefined;
  const fail = (error: Error) => {
    if (!broken) ended();
    broken ??= error;
    refuse?.(broken);
  };
  worker.on("error", (error) => {
    fail(new WorkerDied(`thread: expected no error, got ${error.message}`, {cause: error}));
  });
  worker.on("exit", (code) =>
    fail(new WorkerDied(`thread: expected it to keep running, got its end with code ${code}`)),
  );

  const now = async (message: object, moved: readonly ArrayBuffer[], signal?: AbortSignal): Promise<Answer> => {
    if (broken) throw broken;
    worker.ref();
    const onAbort = () => worker.postMessage({stop: true});
    signal?.addEventListener("abort", onAbort, {once: true});
    try {
      return await new Promise<Answer>((resolve, reject) => {
        refuse = reject;
        worker.once("message", resolve);
        worker.postMessage(message, moved);
      });
    } finally {
      signal?.removeEventListener("abort", onAbort);
      refuse = undefined;
      worker.unref();
    }
  };
  let turn: Promise<unknown> = Promise.resolve();
  return {
    ask(message, moved, signal) {
      const mine = turn.then(() => now(message, moved, signal));
      turn = mine.catch(() => undefined); // whoever asked is told; the next has a turn all the same
      return mine;
    },
    async end() {
      await worker.terminate();
    },
  };
}
