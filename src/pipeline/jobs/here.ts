import type {Say, Tasks} from "./jobs";
import type {Workers} from "./workers";

/** Does tasks on the caller's thread, one after another, in the order in which they are asked for. */
export function hereWorkers(tasks: Tasks): Workers {
  let turn: Promise<unknown> = Promise.resolve();
  return {
    places: 1,
    ask(task, question, {say = () => {}, signal, named = task} = {}) {
      const act = tasks[task] as (question: unknown, say: Say, signal?: AbortSignal) => Promise<never>;
      const mine = turn.then(async () => {
        signal?.throwIfAborted();
        return namingErrors(named, () => act(question, say, signal));
      });
      turn = mine.catch(() => undefined); // whoever asked is told; the next has a turn all the same
      return mine;
    },
    prepare() {},
    close: async () => {
      await turn;
    },
  };
}

/** Does a task. If it throws, the message begins with the task's name. */
export async function namingErrors<T>(named: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Error && !error.message.startsWith(named)) error.message = `${named}: ${error.message}`;
    throw error;
  }
}
