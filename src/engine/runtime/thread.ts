import type {MessagePort} from "node:worker_threads";

import type {Address} from "../compiler/address";
import type {Program} from "../compiler/program";

/** What a thread is given at its start. */
export interface ThreadData {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly programs: readonly Program[];
  readonly thread: number;
  readonly threads: number;
  /** Byte of each workspace. */
  readonly workspaces: readonly number[];
  readonly slots: number;
}

/**
 * A worker's whole life: waits for a job, does its share of each phase, meets the others, again and again. It never
 * returns; ending the worker ends it.
 *
 * Its source text is what the worker is started with (crew.ts), so it may name nothing outside itself. That way a worker
 * starts in 30 ms instead of the 250 ms and 60 MB that ts-node takes in each.
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
  // Words of the control block: jobs posted, threads arrived at a meeting, meetings held, units taken.
  const [POSTED, ARRIVED, MEETINGS, TAKEN] = [0, 1, 2, 3];
  // About 20 µs: a meeting is usually over sooner than a sleeping thread wakes.
  const PATIENCE = 2000;

  const placed = (address: Address, workspace: number) =>
    typeof address === "number" ? address : workspace + address.local;
  // Addresses are fixed here, once, so that a call costs a call.
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
  /** @param last Done by the last to arrive, before the others go on. */
  const meet = (last?: () => void) => {
    const held = Atomics.load(words, MEETINGS);
    if (Atomics.add(words, ARRIVED, 1) === threads - 1) {
      Atomics.store(words, ARRIVED, 0);
      last?.();
      Atomics.add(words, MEETINGS, 1);
      Atomics.notify(words, MEETINGS);
    } else waitWhile(MEETINGS, held);
  };
  // Units are numbered on without end: in every phase each thread takes one too many, so the next phase's first
  // number is known to all and nobody need reset the counter.
  let first = 0;
  const take = () => (Atomics.add(words, TAKEN, 1) - first) | 0;
  /** @param losses Byte of the batch's losses and right answers, f32 [n][6]: the first of each six is the loss. */
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
        // The weights stay as they are; the main thread sees the losses.
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
