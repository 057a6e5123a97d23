/** @file Who wrote a file: the process by its number and start, on a machine by its name and start. */
import {readFileSync, readlinkSync} from "node:fs";
import {hostname} from "node:os";

export interface ProcessIdentity {
  readonly pid: number;
  /** When the process started, in the system's own count: a number is given again, but not with the same start. "" if unknown. */
  readonly start: string;
  readonly host: string;
  /** Another after each start of the machine, "" if unknown. */
  readonly boot: string;
  /** Which set of process numbers is meant: a container has its own. "" if unknown. */
  readonly numbers: string;
}

/** Whether a process lives: true, false, or "elsewhere" if this machine cannot know. */
export type Living = boolean | "elsewhere";

let own: ProcessIdentity | undefined;

export function ownIdentity(): ProcessIdentity {
  own ??= {
    pid: process.pid,
    start: startOf(process.pid),
    host: hostname(),
    boot: textOf("/proc/sys/kernel/random/boot_id"),
    numbers: pidNamespace(),
  };
  return own;
}

/** Whether a process that said who it was still lives. */
export function isLiving({pid, start, host, boot, numbers}: ProcessIdentity): Living {
  const here = ownIdentity();
  if (host === here.host && boot !== here.boot) return false; // this machine has started again since
  if (host !== here.host || numbers !== here.numbers) return "elsewhere";
  if (!isRunning(pid)) return false;
  const now = startOf(pid);
  return start === "" || now === "" || now === start;
}

/** Whether a process of this number runs here. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // another user's
  }
}

/** Clock ticks from the machine's start to the process' (proc(5), field 22 of stat); "" if there is no /proc. */
function startOf(pid: number): string {
  const stat = textOf(`/proc/${pid}/stat`);
  // the second field is a name in brackets, in which anything may stand
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[22 - 3] ?? "";
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return ""; // no Linux
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return ""; // no Linux
  }
}
