import {instantiate, KERNELS, type KernelName, kernelModule} from "./kernel-module";

/**
 * A kernel that is run on tasks `first` to `first + tasks − 1`, in any order and by any thread, since each task writes
 * to places of its own.
 */
export interface Job {
  readonly kernel: KernelName;
  readonly tasks: number;
  readonly args: readonly number[];
  readonly first?: number;
}

/** One memory, and the threads that run kernels on it. */
export interface Team {
  readonly threads: number;
  readonly memory: WebAssembly.Memory;
  /**
   * Runs all tasks of all jobs, also on this thread, and returns when they are done. Jobs must not depend on each
   * other.
   */
  run(...jobs: readonly Job[]): void;
  /** Ends the threads. */
  close(): void;
}

/** Below this address lie the kernels' own tables, and the words by which threads synchronise. */
export const DATA_START = 65536;
const CONTROL = 32768;
/**
 * The places of 32-bit words, counted from CONTROL. One call of `run` is a phase; its number and its next task share a
 * word.
 */
// words that are written often stand apart from each other
const [NEXT, DONE, PHASE, TOTAL, JOBS, FAULT, CLOSED] = [0, 16, 32, 33, 34, 35, 36];
/**
 * The table of jobs, in doubles: a job is its kernel's number, the place of its first task among all, `first`, and the
 * number of its arguments, followed by these.
 */
const JOB_TABLE = CONTROL + 256;
const JOB_SIZE = 28;
const MOST_JOBS = 4;
/**
 * How often a thread looks for work before it sleeps: about 10 µs. A higher number would waste time if the machine is
 * busy, a lower one would waste this thread's.
 */
const SPINS = 4_000;
/** A task takes milliseconds, so a thread that is silent for this long has died. */
const PATIENCE = 60_000;

/**
 * Opens a team.
 *
 * @param threads With 1, there is no worker and no shared memory (for browsers without cross-origin isolation). With
 * more, workers sleep between two calls of `run` that are further apart than about 10 µs.
 */
export async function openTeam(threads: number): Promise<Team> {
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 64)) {
    throw new RangeError(`threads: expected a whole number from 1 to 64, got ${threads}`);
  }
  return threads === 1 ? loneThread() : sharedTeam(threads);
}

async function loneThread(): Promise<Team> {
  const memory = new WebAssembly.Memory({initial: 16, maximum: 65536});
  const kernels = instantiate(await kernelModule(false), memory);
  return {
    threads: 1,
    memory,
    run(...jobs) {
      for (const {kernel, tasks, args, first = 0} of jobs) {
        const call = kernels[KERNELS.indexOf(kernel)];
        for (let task = 0; task < tasks; task++) call(first + task, 0, ...args);
      }
    },
    close() {},
  };
}

async function sharedTeam(threads: number): Promise<Team> {
  const memory = new WebAssembly.Memory({initial: 16, maximum: 65536, shared: true});
  const [module, {Worker}] = [await kernelModule(true), await import("node:worker_threads")];
  const kernels = instantiate(module, memory);
  const words = new Int32Array(memory.buffer, CONTROL, 64);
  const table = new Float64Array(memory.buffer, JOB_TABLE, JOB_SIZE * MOST_JOBS);
  const workers = Array.from({length: threads - 1}, (_, i) => {
    const workerData = {memory, module, names: KERNELS, thread: i + 1};
    // workers do not load what this process preloads (ts-node)
    return new Worker(HELPER, {eval: true, workerData, execArgv: []});
  });
  await Promise.all(
    workers.map(
      (worker) =>
        new Promise((resolve, reject) => {
          worker.once("message", resolve);
          worker.once("error", reject);
        }),
    ),
  );
  // the workers of a team that nobody closed do not keep the process alive
  for (const worker of workers) worker.unref();
  let phase = 0;

  function write(jobs: readonly Job[]): number {
    if (jobs.length > MOST_JOBS) throw new RangeError(`jobs: expected at most ${MOST_JOBS}, got ${jobs.length}`);
    let total = 0;
    jobs.forEach(({kernel, tasks, args, first = 0}, j) => {
      table.set([KERNELS.indexOf(kernel), total, first, args.length, ...args], j * JOB_SIZE);
      total += tasks;
    });
    words[JOBS] = jobs.length;
    words[TOTAL] = total;
    return total;
  }

  return {
    threads,
    memory,
    run(...jobs) {
      phase = (phase + 1) & 0xffff;
      Atomics.store(words, NEXT, (phase << 16) | 0xffff); // no thread can claim a task while the jobs change
      const total = write(jobs);
      Atomics.store(words, DONE, 0);
      Atomics.store(words, NEXT, phase << 16);
      Atomics.add(words, PHASE, 1);
      Atomics.notify(words, PHASE);
      let [job, start] = [0, 0];
      for (;;) {
        const word = Atomics.load(words, NEXT);
        const task = word & 0xffff;
        if (task >= total) break;
        if (Atomics.compareExchange(words, NEXT, word, word + 1) !== word) continue;
        while (task >= start + jobs[job].tasks) start += jobs[job++].tasks;
        const {kernel, args, first = 0} = jobs[job];
        kernels[KERNELS.indexOf(kernel)](first + task - start, 0, ...args);
        Atomics.add(words, DONE, 1);
      }
      const since = performance.now();
      for (let spins = 0; ; spins++) {
        const done = Atomics.load(words, DONE);
        if (done === total) break;
        if (spins < SPINS) continue;
        Atomics.wait(words, DONE, done, 1);
        if (performance.now() - since > PATIENCE) throw new Error("t-SNE: expected an answer from a thread, got none");
      }
      if (Atomics.load(words, FAULT)) throw new Error("t-SNE: a kernel failed on another thread");
    },
    close() {
      Atomics.store(words, CLOSED, 1);
      Atomics.add(words, PHASE, 1);
      Atomics.notify(words, PHASE);
    },
  };
}

/**
 * The program of a helping thread: it repeats the loop of `run` for ever. It is plain JavaScript, because a TypeScript
 * file would need the compiler in every thread (0.1 s each). A thread claims a task by raising the word NEXT from the
 * value that it saw. The word holds the phase's number, so a late claim, made after the jobs changed, fails. Nobody
 * waits for a thread that the system has not woken, as long as the others finish the tasks.
 */
const HELPER = `
const {workerData: {memory, module, names, thread}, parentPort} = require("node:worker_threads");
const abort = () => { throw new Error("t-SNE kernel aborted"); };
const {exports} = new WebAssembly.Instance(module, {env: {memory, abort}});
const kernels = names.map((name) => exports[name]);
const words = new Int32Array(memory.buffer, ${CONTROL}, 64);
const table = new Float64Array(memory.buffer, ${JOB_TABLE}, ${JOB_SIZE * MOST_JOBS});
let seen = 0;
parentPort.postMessage("ready");
for (;;) {
  for (let spins = 0; Atomics.load(words, ${PHASE}) === seen; spins++) {
    if (spins > ${SPINS}) Atomics.wait(words, ${PHASE}, seen);
  }
  seen = Atomics.load(words, ${PHASE});
  if (Atomics.load(words, ${CLOSED})) break;
  for (;;) {
    const word = Atomics.load(words, ${NEXT});
    const task = word & 0xffff;
    const total = words[${TOTAL}];
    if (task >= total) break;
    let job = (words[${JOBS}] - 1) * ${JOB_SIZE};
    while (task < table[job + 1]) job -= ${JOB_SIZE};
    const kernel = kernels[table[job]];
    const own = task - table[job + 1] + table[job + 2];
    const args = Array.from(table.subarray(job + 4, job + 4 + table[job + 3]));
    if (Atomics.compareExchange(words, ${NEXT}, word, word + 1) !== word) continue;
    try {
      kernel(own, thread, ...args);
    } catch {
      Atomics.store(words, ${FAULT}, 1);
    }
    if (Atomics.add(words, ${DONE}, 1) + 1 === total) Atomics.notify(words, ${DONE});
  }
}
`;
