import {spawn} from "node:child_process";
import {once} from "node:events";
import {createInterface} from "node:readline";

/**
 * A process that starts once, stays, and takes a turn when it is told to, so that no turn includes a start or an
 * import.
 */
export interface Peer {
  /** The line it printed when it was ready. */
  readonly ready: string;
  /** Tells it in one line to take a turn. @returns The line that it answers. */
  turn(words: string): Promise<string>;
  end(): void;
}

/** Starts a peer and waits until it is ready. @throws Error if it ends before it answers. */
export async function startPeer(name: string, [command, ...args]: readonly string[]): Promise<Peer> {
  const child = spawn(command, args, {stdio: ["pipe", "pipe", "inherit"]});
  const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
  const ended = once(child, "exit").then(([code]) => ({done: true as const, value: `its end with code ${code}`}));
  const answer = async () => {
    const {value, done} = await Promise.race([lines.next(), ended]);
    if (done) throw new Error(`peer ${name}: expected an answer, got ${value ?? "its end"}`);
    return value as string;
  };
  return {
    ready: await answer(),
    async turn(words) {
      child.stdin.write(`${words}\n`);
      return answer();
    },
    end: () => child.stdin.end(),
  };
}
