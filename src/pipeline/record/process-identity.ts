/**
 * @file Says which process wrote a file: the process by its number and the time of its start, and the machine by its
 * name and the time of its start.
 */
import {readFileSync, readlinkSync} from "node:fs";
import {hostname} from "node:os";

export interface ProcessIdentity {
  readonly pid: number;
  /**
   * When the process started, in the system's own count. A process number may be used again, but not with the same
   * start. "" if unknown.
   */
  readonly start: string;
  readonly host: string;
  /** A text that is different after each start of the machine; "" if unknown. */
  readonly boot: string;
  /** Which set of process numbers is meant, because a container has its own. "" if unknown. */
  readonly numbers: string;
}

/** Whether a process is alive: true, false, or "elsewhere" if this machine cannot know. */
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

/** Whether a process that has left its identity is still alive. */
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
    return (error as NodeJS.ErrnoException).code === "EPERM"; // it belongs to another user
  }
}

/** Clock ticks from the machine's start to the process' (proc(5), field 22 of stat); "" if there is no /proc. */
function startOf(pid: number): string {
  const stat = textOf(`/proc/${pid}/stat`);
  // the second field is a name in brackets, which may contain anything
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[22 - 3] ?? "";
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return ""; // this is not Linux
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return ""; // this is not Linux
  }
}
