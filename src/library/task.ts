/**
 * Work that tells events and ends with a result: awaited, it gives the result; iterated, the events. It is done once, and
 * nothing happens before it is awaited or iterated.
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
    // biome-ignore lint/suspicious/noThenProperty: it is a promise and an iterator, as execa's subprocesses are
    then(onDone, onFailed) {
      result ??= ended();
      return result.then(onDone, onFailed);
    },
  };
}
