import type {Address} from "./address";
import type {KernelHeads} from "./kernel-heads";

/**
 * The unit for which a step is repeated. "groups": each group of four images. "slots": each group, slot by slot; one
 * thread does all groups of a slot in order, so that sums repeat. "parts": each thread's part of an array.
 */
export type Unit = "groups" | "slots" | "parts";

/**
 * A kernel and its arguments. As its last three arguments the engine adds the unit's number, the number of units and
 * the address of the job.
 */
export interface Step {
  readonly over: Unit;
  readonly kernel: string;
  readonly args: readonly Address[];
}

/**
 * Steps that a thread can do for one unit after the other without waiting for other threads. All threads wait for each
 * other at the end of a phase.
 */
export interface Phase {
  readonly over: Unit;
  readonly calls: readonly {readonly kernel: string; readonly args: readonly Address[]}[];
  /** Whether it only runs if the losses of the batch are finite. Otherwise a NaN would stay in the weights for ever. */
  readonly guarded: boolean;
}

/** Everything that one job does. It is plain data, which is sent to the workers once, when they start. */
export interface Program {
  readonly phases: readonly Phase[];
  /** Whether each group has its own workspace (because a later phase needs its activations), or each thread. */
  readonly workspaces: "groups" | "threads";
}

export const MEET = "all threads meet";
export const GUARD = "only if the losses are finite";

/** Cuts steps into phases where the unit changes, and wherever MEET stands. The steps after GUARD are guarded. */
export function programOf(steps: readonly (Step | typeof MEET | typeof GUARD)[]): Program {
  const phases: {over: Unit; calls: {kernel: string; args: readonly Address[]}[]; guarded: boolean}[] = [];
  let open = false;
  let guarded = false;
  for (const step of steps) {
    if (typeof step === "string") {
      open = false;
      guarded ||= step === GUARD;
      continue;
    }
    const {over, kernel, args} = step;
    const last = phases.at(-1);
    if (open && last?.over === over) last.calls.push({kernel, args});
    else phases.push({over, calls: [{kernel, args}], guarded});
    open = true;
  }
  const crossed = phases.filter(({over}) => over !== "parts").length > 1;
  return {phases, workspaces: crossed ? "groups" : "threads"};
}

/**
 * A step whose arguments are checked against the kernel's own signature: WebAssembly would silently take a missing one
 * as 0.
 */
export function each<K extends keyof KernelHeads>(over: Unit, kernel: K, ...args: KernelHeads[K]): Step {
  return {over, kernel, args};
}

/** The address `bytes` further on. */
export function moved(address: Address, bytes: number): Address {
  return typeof address === "number" ? address + bytes : {local: address.local + bytes};
}
