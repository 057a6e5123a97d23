/** Something that is done again and again, one at a time. */
export interface NewestOnly {
  /** Has it done; asked for more than once while it is at work, it is done once more. */
  ask(): void;
  /** Waits until nothing is left to do. @returns What the last time gave; true if it was never asked for. */
  done(): Promise<boolean>;
}

/** Nobody waits for it: who asks faster than it works gets the newest, and not each one between. @param act Never throws. */
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
