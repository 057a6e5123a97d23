import type {MessagePort} from "node:worker_threads";

import type {Address} from "../compiler/address";
import type {Program} from "../compiler/program";

/** The data that a thread gets when it starts. */
export interface ThreadData {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly programs: readonly Program[];
  readonly thread: number;
  readonly threads: number;
  /** The address of each workspace. */
  readonly workspaces: readonly number[];
  readonly slots: number;
}

/**
 * The whole program of a worker. It waits for a job, does its share of each phase, waits for the other threads, and
 * repeats this. It never returns; it ends with the worker.
 *
 * The worker is started with this function's source text (crew.ts), so the function may use no name from outside. That
 * way a worker starts in 30 ms; with ts-node each would take 250 ms and 60 MB.
 */
export function work(data: ThreadData, port: MessagePort): never {
  const {memory, module, programs, thread, threads, workspaces, slots} = data;
  type Kernel = (...args: number[]) => void;
  const abort = () => {
    throw new Error("kernel aborted");
  };
  const kernels = new WebAssembly.Instance(module, {env: {memory, abort}}).exports as Record<string, Kernel>;
  const words = new Int32Array(memory.buffer);
  const floats = new Float32Array(memory.buffer);
  // Words of the control block: jobs posted, threads that wait at the end of a phase, phases ended, units taken.
  const [POSTED, ARRIVED, MEETINGS, TAKEN] = [0, 1, 2, 3];
  // About 20 µs: the other threads usually arrive sooner than a sleeping thread could wake up.
  const PATIENCE = 2000;

  const placed = (address: Address, workspace: number) =>
    typeof address === "number" ? address : workspace + address.local;
  // Addresses are computed here, once, so that running a step is only a function call.
  const ready = programs.map(({phases, workspaces: by}) => ({
    byGroup: by === "groups",
    phases: phases.map(({over, calls, guarded}) => ({
      over,
      guarded,
      inWorkspace: workspaces.map((workspace) =>
        calls.map(({kernel, args}) => ({run: kernels[kernel], args: args.map((a) => placed(a, workspace))})),
      ),
    })),
  }));

  const waitWhile = (word: number, value: number) => {
    for (let i = 0; Atomics.load(words, word) === value; i++) {
      if (i > PATIENCE) Atomics.wait(words, word, value);
    }
  };
  /** @param last The work of the thread that arrives last, which it does before the others continue. */
  const meet = (last?: () => void) => {
    const held = Atomics.load(words, MEETINGS);
    if (Atomics.add(words, ARRIVED, 1) === threads - 1) {
      Atomics.store(words, ARRIVED, 0);
      last?.();
      Atomics.add(words, MEETINGS, 1);
      Atomics.notify(words, MEETINGS);
    } else waitWhile(MEETINGS, held);
  };
  // The numbers of units grow without end. In every phase each thread takes one number too many, so all threads know
  // the first number of the next phase, and the counter need not be reset.
  let first = 0;
  const take = () => (Atomics.add(words, TAKEN, 1) - first) | 0;
  /**
   * @param losses The address of the batch's results, f32 [n][6]: the first number of each six is the loss.
   */
  const finite = (losses: number, count: number) => {
    let sum = 0;
    for (let n = 0; n < count; n++) sum += floats[losses / 4 + 6 * n];
    return Number.isFinite(sum);
  };

  for (let done = 0; ; done++) {
    waitWhile(POSTED, done);
    const job = 256 + (done % 2) * 64;
    const program = ready[words[job / 4]];
    const count = words[job / 4 + 1];
    const groups = Math.ceil(count / 4);
    program.phases.forEach(({over, inWorkspace, guarded}, i) => {
      if (guarded && !finite(words[job / 4 + 4], count)) {
        // The weights do not change; the main thread sees the losses.
      } else if (over === "parts") {
        for (const {run, args} of inWorkspace[0]) run(...args, thread, threads, job);
      } else {
        const units = over === "slots" ? Math.min(slots, groups) : groups;
        for (let unit = take(); unit < units; unit = take()) {
          for (let group = unit; group < groups; group += units) {
            for (const {run, args} of inWorkspace[program.byGroup ? group : thread]) run(...args, group, groups, job);
          }
        }
        first = (first + units + threads) | 0;
      }
      meet(i === program.phases.length - 1 ? () => port.postMessage(done) : undefined);
    });
  }
}
