import {isPostgres} from "../pipeline/jobs/queue-url";
import {programVersions} from "../pipeline/record/environment";
import {sha256} from "../pipeline/record/seal";

/** The environment variables that have the queue's password, if its address has none. */
const PASSWORD = {redis: "EPOCHSCOPE_REDIS", postgres: "EPOCHSCOPE_POSTGRES"};

/** Whether a word is a queue's address, not a number of threads. */
export const isQueue = (word: string): boolean => /^(rediss?|postgres(ql)?):\/\//.test(word);

/** A check for `--workers`: a number, or a queue's address. */
export const checkWorkers = (word: string): string | undefined =>
  word === "auto" || /^[1-9]\d{0,2}$/.test(word) || isQueue(word)
    ? undefined
    : "auto, a number from 1 to 999, or a queue (redis://host:6379, rediss://…, postgres://…)";

/** The kind of a task. Each kind has its own queue, because a worker does many images at a time, but only one run. */
export type TaskKind = "explain" | "train";

/** How this program reaches a queue. Programs of another version, or on another V8, have a queue of another name. */
export function queueOf(
  url: string,
  kind: TaskKind,
): {readonly url: string; readonly password: string; readonly name: string} {
  const {program, v8} = programVersions();
  const name = `epochscope-${kind}-${sha256(`1 ${program} ${v8}`).slice(0, 12)}`;
  return {url, password: process.env[PASSWORD[isPostgres(url) ? "postgres" : "redis"]] ?? "", name};
}
