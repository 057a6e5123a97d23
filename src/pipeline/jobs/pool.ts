import {namingErrors} from "./here";
import type {JobOptions, Question, Result, TaskName} from "./jobs";
import {resultOf, startThread, type Thread} from "./thread";
import {WorkerDied, type Workers} from "./workers";

export interface PoolOptions {
  /** How many threads a task may bring down before it is given up. */
  readonly attempts?: number;
  /** The file that each thread runs; by default the worker of `src/tasks`. */
  readonly start?: string;
}

/**
 * Does tasks on threads of this process; each thread does one task at a time. If a thread dies, a new one takes its
 * place, and its task goes to another thread. A task that has brought `attempts` threads down is refused with its name,
 * and the others continue.
 *
 * @param count How many threads; they start when they are first needed.
 */
export function threadPool(count: number, {attempts = 3, start}: PoolOptions = {}): Workers {
  const idle: (Thread | undefined)[] = Array.from({length: count}); // undefined: a place whose thread is not started
  const waiting: (() => void)[] = [];
  const all = new Set<Thread>();
  let isClosed = false;
  const place = async (): Promise<Thread | undefined> => {
    if (idle.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    return idle.pop();
  };
  const giveBack = (thread: Thread | undefined) => {
    idle.push(thread);
    waiting.shift()?.();
  };
  const begun = (): Thread => {
    const thread = startThread(start);
    all.add(thread);
    return thread;
  };
  const attempt = async (message: object, moved: readonly ArrayBuffer[], signal?: AbortSignal) => {
    let thread = await place();
    try {
      if (isClosed) throw new Error("expected workers, got none: they were closed");
      signal?.throwIfAborted();
      thread ??= begun();
      return await thread.ask(message, moved, signal);
    } catch (error) {
      if (error instanceof WorkerDied && thread) {
        all.delete(thread);
        thread = undefined;
      }
      throw error;
    } finally {
      giveBack(thread);
    }
  };
  return {
    places: count,
    ask<N extends TaskName>(task: N, question: Question<N>, options: JobOptions = {}): Promise<Result<N>> {
      const {moved = [], say = () => {}, signal, named = task} = options;
      return namingErrors(named, async () => {
        for (let died = 1; ; died++) {
          try {
            return resultOf(await attempt({task, question}, moved, signal), say) as Result<N>;
          } catch (error) {
            if (!(error instanceof WorkerDied) || isClosed) throw error;
            // what was moved to a thread is gone with it
            if (died < attempts && moved.length === 0) continue;
            const got = `${died} that died of it, the last one with: ${error.message}`;
            throw new Error(`${named}: expected a worker that survives it, got ${got}`, {cause: error});
          }
        }
      });
    },
    prepare() {
      for (const [n, thread] of idle.entries()) idle[n] = thread ?? begun();
    },
    async close() {
      isClosed = true;
      await Promise.all([...all].map((thread) => thread.end()));
    },
  };
}
