import type {Address} from "../compiler/address";
import {JOB, JOBS, jobAddress} from "../compiler/control";
import type {Crew, Job} from "./crew";
import type {ThreadData} from "./thread";

type Kernel = (...args: number[]) => void;

/**
 * A crew that consists of this thread alone, for places without other threads, such as a page that may not share
 * memory. It runs the same programs over the same slots in the same order, so it gives the same bits as any number of
 * threads. A job blocks the thread that asks for it, so a page runs it in a Worker. thread.ts has the same loop once
 * more, because that function is sent to workers as text and may call nothing outside itself.
 */
export function startLoneCrew(data: Omit<ThreadData, "thread" | "threads">): Crew {
  const {memory, module, programs, workspaces, slots} = data;
  const abort = () => {
    throw new Error("kernel aborted");
  };
  const kernels = new WebAssembly.Instance(module, {env: {memory, abort}}).exports as Record<string, Kernel>;
  const [words, floats] = [new Int32Array(memory.buffer), new Float32Array(memory.buffer)];
  const placed = (address: Address, workspace: number) =>
    typeof address === "number" ? address : workspace + address.local;
  // for each program, phase and workspace: the kernels with their arguments
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
  const allFinite = (losses: number, count: number) => {
    let sum = 0;
    for (let n = 0; n < count; n++) sum += floats[losses / 4 + 6 * n];
    return Number.isFinite(sum);
  };

  const execute = (job: number) => {
    const [program, count] = [ready[words[job / 4]], words[job / 4 + 1]];
    const groups = Math.ceil(count / 4);
    for (const {over, guarded, inWorkspace} of program.phases) {
      if (guarded && !allFinite(words[job / 4 + 4], count)) continue; // the weights do not change
      if (over === "parts") {
        for (const {run, args} of inWorkspace[0]) run(...args, 0, 1, job);
        continue;
      }
      const units = over === "slots" ? Math.min(slots, groups) : groups;
      for (let unit = 0; unit < units; unit++) {
        for (let group = unit; group < groups; group += units) {
          for (const {run, args} of inWorkspace[program.byGroup ? group : 0]) run(...args, group, groups, job);
        }
      }
    }
  };

  let posted = 0;
  let hasEnded = false;
  const inTurn = async <T>(act: () => T): Promise<T> => {
    if (hasEnded) throw new Error("engine: expected no call after its end, got one");
    return act();
  };
  return {
    run: (stage, read) =>
      inTurn(() => {
        const place = posted++ % JOBS;
        const block = jobAddress(place) / 4;
        for (const [field, value] of Object.entries(stage(place)) as [keyof Job & keyof typeof JOB, number][]) {
          const real = field === "rate" || field === "correction";
          (real ? floats : words)[block + JOB[field] / 4] = value;
        }
        execute(jobAddress(place));
        return read(place);
      }),
    between: inTurn,
    async end() {
      hasEnded = true;
    },
  };
}
