import type {Job, Team} from "./team";

/** The longest time, in milliseconds, for which the event loop must wait. */
const STRETCH = 20;

/** Lets the event loop turn once. A page does it by a message to itself, because nested timers wait for 4 ms each. */
export function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else if (typeof MessageChannel === "function") {
      const {port1, port2} = new MessageChannel();
      port1.onmessage = () => resolve();
      port2.postMessage(0);
    } else setTimeout(resolve);
  });
}

/** @returns A function to call between the steps of a long computation: every 20 ms it lets the event loop turn once. */
export function pauses(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < STRETCH) return undefined;
    return eventLoopTurn().then(() => {
      last = performance.now();
    });
  };
}

/** Runs a long job in parts of some tasks, with pauses in between. */
export async function runInParts(team: Team, job: Job, part = 16): Promise<void> {
  const pause = pauses();
  for (let first = 0; first < job.tasks; first += part) {
    team.run({...job, first, tasks: Math.min(part, job.tasks - first)});
    await pause();
  }
}
