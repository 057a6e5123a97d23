import {Worker} from "node:worker_threads";

import {JOB, JOBS, jobAddress} from "./control";
import {type ThreadData, work} from "./thread";

/** What a job is, field by field of its block (control.ts). */
export type Job = {readonly [field in keyof typeof JOB]?: number} & {readonly program: number; readonly count: number};

/** Threads that work together on one job after the other, over one shared memory. */
export interface Crew {
  /**
   * Does a job. Up to JOBS are in flight at once, in the order they came; more wait here.
   *
   * @param stage Puts what the job needs into its place (job n's is `n % JOBS`) and says what it is.
   * @param read Takes the result away, before anything overwrites it.
   */
  run<T>(stage: (place: number) => Job, read: (place: number) => T): Promise<T>;
  /** Resolves when nothing is in flight. */
  idle(): Promise<void>;
  /** Ends the threads. What is in flight is refused. */
  end(): Promise<void>;
}

interface InFlight {
  readonly finish: () => void;
  readonly refuse: (error: Error) => void;
}

/** Starts `threads` workers. @throws Error from `run` once one of them has died, whatever it died of. */
export function startCrew(data: Omit<ThreadData, "thread">): Crew {
  const words = new Int32Array(data.memory.buffer);
  const floats = new Float32Array(data.memory.buffer);
  const inFlight: InFlight[] = [];
  const waiting: (() => void)[] = [];
  let posted = 0;
  let broken: Error | undefined;

  const idlers: (() => void)[] = [];
  const goOn = () => {
    while (waiting.length > 0 && (broken || inFlight.length < JOBS)) waiting.shift()?.();
    if (inFlight.length === 0) for (const resume of idlers.splice(0)) resume();
  };
  const fail = (error: Error) => {
    broken ??= error;
    for (const {refuse} of inFlight.splice(0)) refuse(broken);
    goOn();
  };

  const source = `const {parentPort, workerData} = require("node:worker_threads");\n(${work})(workerData, parentPort);`;
  const workers = Array.from({length: data.threads}, (_, thread) => {
    const worker = new Worker(source, {eval: true, workerData: {...data, thread} satisfies ThreadData, execArgv: []});
    worker.on("message", () => inFlight.shift()?.finish());
    worker.on("error", (error) => {
      fail(new Error(`engine thread ${thread}: expected it to work, got ${error.message}`, {cause: error}));
      for (const other of workers) void other.terminate();
    });
    worker.on("exit", (code) => {
      fail(new Error(`engine thread ${thread}: expected it to live, got its end with code ${code}`));
      for (const other of workers) void other.terminate();
    });
    return worker;
  });
  // A crew that was forgotten keeps no process alive; one that works does.
  const hold = (held: boolean) => {
    for (const worker of workers) held ? worker.ref() : worker.unref();
  };
  hold(false);

  return {
    async run(stage, read) {
      while (!broken && inFlight.length >= JOBS) await new Promise<void>((resolve) => waiting.push(resolve));
      if (broken) throw broken;
      const place = posted++ % JOBS;
      const block = jobAddress(place) / 4;
      for (const [field, value] of Object.entries(stage(place)) as [keyof typeof JOB, number][]) {
        const real = field === "rate" || field === "correction";
        (real ? floats : words)[block + JOB[field] / 4] = value;
      }
      return new Promise((resolve, reject) => {
        if (inFlight.length === 0) hold(true);
        const finish = () => {
          if (inFlight.length === 0) hold(false);
          resolve(read(place));
          goOn();
        };
        inFlight.push({finish, refuse: reject});
        Atomics.add(words, 0, 1);
        Atomics.notify(words, 0);
      });
    },
    async idle() {
      while (!broken && inFlight.length > 0) await new Promise<void>((resolve) => idlers.push(resolve));
      if (broken) throw broken;
    },
    async end() {
      fail(new Error("engine: expected to be asked before its end, got a question after"));
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
