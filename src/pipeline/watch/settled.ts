import {stat} from "node:fs/promises";

/** Finds out which checkpoints nobody writes to any more, as far as this can be seen from outside. */
export interface Settled {
  /**
   * Whether the files have kept their sizes and times for long enough. If they have, the stamp represents their state.
   */
  isSettled(paths: readonly string[]): Promise<{readonly settled: boolean; readonly stamp: string}>;
}

/** How many milliseconds a file must stay unchanged, because a program that writes it without renaming may pause. */
export const QUIET_FOR = 2000;

/**
 * @param quietFor Measured by this machine's clock, or by how long they were seen unchanged, because the clocks of file
 * servers may differ.
 */
export function settledFiles(quietFor = QUIET_FOR, now = () => performance.now()): Settled {
  const seen = new Map<string, {readonly stamp: string; readonly since: number}>();
  return {
    async isSettled(paths) {
      const states = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
      const stamp = states.map((state) => (state ? `${state.ino} ${state.size} ${state.mtimeMs}` : "gone")).join("|");
      const key = paths.join("|");
      const before = seen.get(key);
      if (before?.stamp !== stamp) seen.set(key, {stamp, since: now()});
      const isThere = states.length > 0 && states.every((state) => state !== undefined);
      const newest = Math.max(
        ...states.map((state) => Math.max(state?.mtimeMs ?? Infinity, state?.ctimeMs ?? Infinity)),
      );
      const isOld = Date.now() - newest >= quietFor;
      const isQuiet = before?.stamp === stamp && now() - before.since >= quietFor;
      return {settled: isThere && (isOld || isQuiet), stamp};
    },
  };
}
