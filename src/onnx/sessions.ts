import type {Session} from "./runtime/runtime";

/** Sessions that are started when they are needed, and kept for the next time. Each holds the model's weights once more. */
export interface Sessions {
  /** Works with the session of this key; `start` makes it where there is none. */
  use<T>(key: string, start: () => Promise<Session>, work: (session: Session) => Promise<T>): Promise<T>;
  /** Releases all. */
  dispose(): Promise<void>;
}

interface Kept {
  readonly session: Promise<Session>;
  users: number;
}

/** @param most So many are kept; of more, the one that was used longest ago is released, unless it is at work. */
export function keptSessions(most: number): Sessions {
  const kept = new Map<string, Kept>(); // in the order of their last use
  const release = async (key: string, {session}: Kept) => {
    kept.delete(key);
    await session.then(
      (started) => started.release(),
      () => undefined, // it never started: whoever asked for it was told
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
