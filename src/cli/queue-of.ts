import {programVersions} from "../pipeline/record/environment";
import {sha256} from "../pipeline/record/seal";

/** The environment variable that has the queue's password, where its address has none. */
const PASSWORD = "EPOCHSCOPE_REDIS";

/** Whether a word is a queue's address, not a number of threads. */
export const isQueue = (word: string): boolean => /^rediss?:\/\//.test(word);

/** How this program reaches a queue. Programs of another version, or on another V8, have a queue of another name. */
export function queueOf(url: string): {readonly url: string; readonly password: string; readonly name: string} {
  const {program, v8} = programVersions();
  const name = `epochscope-${sha256(`lime/1 ${program} ${v8}`).slice(0, 12)}`;
  return {url, password: process.env[PASSWORD] ?? "", name};
}
