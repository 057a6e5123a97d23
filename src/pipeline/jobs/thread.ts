import {join} from "node:path";
import {Worker} from "node:worker_threads";

import type {ErrorCode} from "../../nouns/errors";
import {UserError} from "../../nouns/options";
import type {Jobs, Result} from "./jobs";

/** What comes back from the thread. */
export interface Answer {
  readonly said: readonly string[];
  readonly result?: unknown;
  readonly failure?: {readonly message: string; readonly stack: string; readonly code?: ErrorCode};
}

interface Thread {
  ask(message: object, moved: readonly ArrayBuffer[]): Promise<Answer>;
}

let thread: Thread | undefined;

/** The file that a thread runs: it does what `src/tasks` lists. */
const START = join(__dirname, "../../tasks/start.cjs");

/**
 * Has tasks done on the process's one thread for such work, beside whatever this thread does. Tasks that are asked for
 * meanwhile wait their turn. The thread stays for the next one, and keeps no process alive. It takes a third of a second to
 * load.
 */
export const threadJobs: Jobs = {
  async ask(task, question, {moved = [], say = () => {}} = {}) {
    thread ??= startThread();
    const {said, result, failure} = await thread.ask({task, question}, moved);
    for (const line of said) say(line);
    if (!failure) return result as Result<typeof task>;
    const error = failure.code ? new UserError(failure.message, {code: failure.code}) : new Error(failure.message);
    error.stack = failure.stack;
    throw error;
  },
  prepare() {
    thread ??= startThread();
  },
};

function startThread(): Thread {
  const worker = new Worker(START, {execArgv: []});
  worker.unref();
  let broken: Error | undefined;
  let refuse: ((error: Error) => void) | undefined;
  const fail = (error: Error) => {
    broken ??= error;
    thread = undefined; // whoever asks next gets a new one
    refuse?.(broken);
  };
  worker.on("error", (error) => fail(new Error(`thread: expected it to work, got ${error.message}`, {cause: error})));
  worker.on("exit", (code) => fail(new Error(`thread: expected it to live, got its end with code ${code}`)));

  const now = async (message: object, moved: readonly ArrayBuffer[]): Promise<Answer> => {
    if (broken) throw broken;
    worker.ref();
    try {
      return await new Promise<Answer>((resolve, reject) => {
        refuse = reject;
        worker.once("message", resolve);
        worker.postMessage(message, moved);
      });
    } finally {
      refuse = undefined;
      worker.unref();
    }
  };
  let turn: Promise<unknown> = Promise.resolve();
  return {
    ask(message, moved) {
      const mine = turn.then(() => now(message, moved));
      turn = mine.catch(() => undefined); // whoever asked is told; the next has a turn all the same
      return mine;
    },
  };
}
