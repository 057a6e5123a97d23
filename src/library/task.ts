/**
 * Work that reports events and ends with a result. Await it for the result, or iterate over it for the events. The work
 * is done once, and nothing happens before somebody awaits or iterates.
 */
export interface Task<E, R> extends AsyncIterable<E>, PromiseLike<R> {}

/** @param work Called once, when somebody awaits or iterates. */
export function taskOf<E, R>(work: () => AsyncGenerator<E, R>): Task<E, R> {
  let isTaken = false;
  const taken = () => {
    if (isTaken) throw new Error("task: expected to be awaited or iterated once, got a second time");
    isTaken = true;
    return work();
  };
  let result: Promise<R> | undefined;
  const ended = async (): Promise<R> => {
    const events = taken();
    for (;;) {
      const next = await events.next();
      if (next.done) return next.value;
    }
  };
  return {
    [Symbol.asyncIterator]: () => taken(),
    // biome-ignore lint/suspicious/noThenProperty: it is a promise and an iterator, like execa's subprocesses
    then(onDone, onFailed) {
      result ??= ended();
      return result.then(onDone, onFailed);
    },
  };
}
