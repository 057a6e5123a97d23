import {extname, join} from "node:path";
import {Worker} from "node:worker_threads";

import type {Matrix} from "../../tsne/index";
import type {MapContext, MapSettings, RowMap} from "../analysis/map-rows";
import {UserError} from "../options";

/** What the thread is asked: `mapRows`'s arguments, with chance as a seed. */
export interface Question extends Pick<MapContext, "labels" | "before"> {
  readonly rows: Matrix;
  readonly settings: MapSettings;
  readonly seed: number;
}

export interface Answer {
  readonly said: readonly string[];
  readonly map?: RowMap;
  readonly failure?: {readonly message: string; readonly stack: string; readonly isUsers: boolean};
}

/** `mapRows` on a thread of its own, which stays for the next map and keeps no process alive. */
export interface MapThread {
  /**
   * One map at a time; more wait.
   *
   * @param question The buffer of its rows goes over to the thread: they are empty here afterwards.
   * @param say Told what `mapRows` says, when the map is done.
   */
  map(question: Question, say: (line: string) => void): Promise<RowMap>;
}

let thread: MapThread | undefined;

/** The process's one thread for maps; started when it is first asked for. */
export function mapThread(): MapThread {
  thread ??= startMapThread();
  return thread;
}

function startMapThread(): MapThread {
  const extension = extname(__filename);
  const worker = new Worker(join(__dirname, `map-worker${extension}`), {
    execArgv: extension === ".ts" ? ["-r", require.resolve("ts-node/register")] : [],
  });
  worker.unref();
  let broken: Error | undefined;
  let refuse: ((error: Error) => void) | undefined;
  const fail = (error: Error) => {
    broken = error;
    thread = undefined; // whoever asks next gets a new one
    refuse?.(error);
  };
  worker.on("error", (error) =>
    fail(new Error(`map thread: expected it to work, got ${error.message}`, {cause: error})),
  );
  worker.on("exit", (code) => fail(new Error(`map thread: expected it to live, got its end with code ${code}`)));

  const ask = async (question: Question): Promise<Answer> => {
    if (broken) throw broken;
    worker.ref();
    try {
      return await new Promise<Answer>((resolve, reject) => {
        refuse = reject;
        worker.once("message", resolve);
        worker.postMessage(question, [question.rows.values.buffer as ArrayBuffer]);
      });
    } finally {
      refuse = undefined;
      worker.unref();
    }
  };
  let turn: Promise<unknown> = Promise.resolve();
  return {
    async map(question, say) {
      const mine = turn.then(() => ask(question));
      turn = mine.catch(() => undefined); // whoever asked is told; the next has a turn all the same
      const {said, map, failure} = await mine;
      for (const line of said) say(line);
      if (map) return map;
      const {message, stack, isUsers} = failure as NonNullable<Answer["failure"]>;
      const error = isUsers ? new UserError(message) : new Error(message);
      error.stack = stack;
      throw error;
    },
  };
}
