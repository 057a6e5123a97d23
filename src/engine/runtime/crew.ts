import {JOB, JOBS, jobAddress, POSTED} from "../compiler/control";
import {type ThreadData, work} from "./thread";

/** A job, with the fields of its block (control.ts). */
export type Job = {readonly [field in keyof typeof JOB]?: number} & {readonly program: number; readonly count: number};

/** Threads that work together over one shared memory, on one job after the other. */
export interface Crew {
  /**
   * Does a job. Up to JOBS are in flight at once, in the order in which they came; others wait here.
   *
   * @param stage Writes what the job needs to its place (that of job n is `n % JOBS`) and returns the job.
   * @param read Copies the result, before another job can overwrite it.
   * @param alone Whether the result lies at a place that other jobs use too. No other job is then in flight until it is
   * read.
   */
  run<T>(stage: (place: number) => Job, read: (place: number) => T, alone?: boolean): Promise<T>;
  /** Does something with the shared memory while no job is in flight. */
  between<T>(work: () => T): Promise<T>;
  /** Ends the threads. Jobs in flight are refused. */
  end(): Promise<void>;
}

interface InFlight {
  readonly finish: () => void;
  readonly refuse: (error: Error) => void;
}

/** Starts `threads` workers. @throws Error from `run` once one of them has died, for whatever reason. */
export async function startCrew(data: Omit<ThreadData, "thread">): Promise<Crew> {
  // imported here and not above, because a browser does not have this module
  const {Worker} = await import("node:worker_threads");
  const words = new Int32Array(data.memory.buffer);
  const floats = new Float32Array(data.memory.buffer);
  const inFlight: InFlight[] = [];
  let posted = 0;
  let lonely = false;
  let broken: Error | undefined;

  /** The callers that wait for their turn, in the order in which they came. */
  const waiting: {readonly most: number; readonly act: () => void}[] = [];
  const goOn = () => {
    while (waiting.length && (broken || (!lonely && inFlight.length < waiting[0].most))) waiting.shift()?.act();
  };
  /**
   * Each caller acts as soon as fewer than `most` jobs are in flight: at once, if that is so and nobody waits. A caller
   * that prepares the next job without a pause keeps the threads busy.
   */
  const inTurn = <T>(most: number, act: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      const mine = () => {
        try {
          if (broken) throw broken;
          resolve(act());
        } catch (error) {
          reject(error);
        }
      };
      waiting.push({most, act: mine});
      goOn();
    });
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
      fail(new Error(`engine thread ${thread}: expected no error, got ${error.message}`, {cause: error}));
      for (const other of workers) void other.terminate();
    });
    worker.on("exit", (code) => {
      fail(new Error(`engine thread ${thread}: expected it to keep running, got its end with code ${code}`));
      for (const other of workers) void other.terminate();
    });
    return worker;
  });
  // A crew keeps the process alive only while it works, and not because nobody ended it.
  const hold = (held: boolean) => {
    for (const worker of workers) held ? worker.ref() : worker.unref();
  };
  hold(false);

  const post = <T>(read: () => T, alone: boolean) =>
    new Promise<T>((resolve, reject) => {
      if (inFlight.length === 0) hold(true);
      const finish = () => {
        if (inFlight.length === 0) hold(false);
        lonely = false;
        resolve(read());
        goOn();
      };
      inFlight.push({finish, refuse: reject});
      lonely = alone;
      posted++;
      Atomics.add(words, POSTED, 1);
      Atomics.notify(words, POSTED);
    });

  return {
    async run(stage, read, alone = false) {
      const {result} = await inTurn(alone ? 1 : JOBS, () => {
        const place = posted % JOBS;
        const block = jobAddress(place) / 4;
        for (const [field, value] of Object.entries(stage(place)) as [keyof typeof JOB, number][]) {
          const real = field === "rate" || field === "correction";
          (real ? floats : words)[block + JOB[field] / 4] = value;
        }
        return {result: post(() => read(place), alone)};
      });
      return result;
    },
    between: (work) => inTurn(1, work),
    async end() {
      fail(new Error("engine: expected no call after its end, got one"));
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
