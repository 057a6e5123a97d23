/** A piece of work that is repeated on request, one at a time. */
export interface NewestOnly {
  /** Requests the work. However many requests come while it runs, it is done once more afterwards. */
  ask(): void;
  /** Waits until no request is open. @returns The result of the last time; true if nothing was ever requested. */
  done(): Promise<boolean>;
}

/**
 * Makes such a piece of work. Callers need not wait: if requests come faster than the work, it does only the newest.
 *
 * @param act Must never throw.
 */
export function newestOnly(act: () => Promise<boolean>): NewestOnly {
  let isDue = false;
  let result = true;
  let atWork: Promise<void> | undefined;
  const work = async () => {
    while (isDue) {
      isDue = false;
      result = await act();
    }
    atWork = undefined;
  };
  return {
    ask() {
      isDue = true;
      atWork ??= work();
    },
    async done() {
      await atWork;
      return result;
    },
  };
}
