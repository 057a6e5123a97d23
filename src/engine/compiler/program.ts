import type {Address} from "./address";
import type {KernelHeads} from "./kernel-heads";

/**
 * What a step is done once for: each group of four images; each group, slot by slot (a slot's groups in order, all by one
 * thread, so that sums repeat); or each thread's part of an array.
 */
export type Unit = "groups" | "slots" | "parts";

/** A kernel and its arguments. It is also given the unit's number, the number of units and the job's address, last. */
export interface Step {
  readonly over: Unit;
  readonly kernel: string;
  readonly args: readonly Address[];
}

/** Steps done for one unit after the other with no need to meet. All threads meet at the end of a phase. */
export interface Phase {
  readonly over: Unit;
  readonly calls: readonly {readonly kernel: string; readonly args: readonly Address[]}[];
  /** Done only if the batch's losses are finite: a weight once NaN stays NaN. */
  readonly guarded: boolean;
}

/** Everything one job does. Plain data: it crosses to the workers once, at their start. */
export interface Program {
  readonly phases: readonly Phase[];
  /** Whether each group has a workspace of its own (its activations are needed in a later phase), or each thread. */
  readonly workspaces: "groups" | "threads";
}

export const MEET = "all threads meet";
export const GUARD = "only if the losses are finite";

/** Cuts steps into phases: where the unit changes, and where asked. What follows GUARD is guarded. */
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

/** A step, its arguments checked against the kernel's own head: a missing one would be 0 in WebAssembly, in silence. */
export function each<K extends keyof KernelHeads>(over: Unit, kernel: K, ...args: KernelHeads[K]): Step {
  return {over, kernel, args};
}

/** `address` moved by `bytes`. */
export function moved(address: Address, bytes: number): Address {
  return typeof address === "number" ? address + bytes : {local: address.local + bytes};
}
