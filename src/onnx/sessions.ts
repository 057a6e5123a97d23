import type {Session} from "./runtime/runtime";

/** Keeps sessions, which start when they are needed. Each session holds another copy of the model's weights. */
export interface Sessions {
  /** Runs work with the session of this key; `start` makes the session if there is none. */
  use<T>(key: string, start: () => Promise<Session>, work: (session: Session) => Promise<T>): Promise<T>;
  /** Releases all. */
  dispose(): Promise<void>;
}

interface Kept {
  readonly session: Promise<Session>;
  users: number;
}

/**
 * @param most How many sessions are kept. If there are more, the one that was used longest ago is released, unless it
 * is working.
 */
export function keptSessions(most: number): Sessions {
  const kept = new Map<string, Kept>(); // in the order of their last use
  const release = async (key: string, {session}: Kept) => {
    kept.delete(key);
    await session.then(
      (started) => started.release(),
      () => undefined, // it never started, and its caller got the error
    );
  };
  return {
    async use(key, start, work) {
      const entry = kept.get(key) ?? {session: start(), users: 0};
      kept.delete(key);
      kept.set(key, entry);
      entry.users++;
      try {
        return await work(await entry.session);
      } catch (error) {
        const started = await entry.session.catch(() => undefined);
        if (!started) kept.delete(key); // the next one may try again
        throw error;
      } finally {
        entry.users--;
        const idle = [...kept].filter(([, {users}]) => users === 0);
        await Promise.all(idle.slice(0, Math.max(0, kept.size - most)).map(([k, one]) => release(k, one)));
      }
    },
    async dispose() {
      await Promise.all([...kept].map(([key, entry]) => release(key, entry)));
    },
  };
}
