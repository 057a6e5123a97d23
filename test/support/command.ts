import {type ChildProcess, spawn} from "node:child_process";
import {join} from "node:path";

const ROOT = join(__dirname, "..", "..");

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command, as `npx ts-node runner.ts` starts it. */
export function start(
  flags: readonly string[],
  nodeFlags: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): ChildProcess {
  const {FORCE_COLOR: _, ...inherited} = process.env; // with CI set, or by vitest, colours would come
  return spawn(process.execPath, [...nodeFlags, require.resolve("ts-node/dist/bin"), "runner.ts", ...flags], {
    cwd: ROOT,
    env: {...inherited, NO_COLOR: "1", ...env},
  });
}

export function finished(child: ChildProcess): Promise<Finished> {
  let [stdout, stderr] = ["", ""];
  child.stdout!.on("data", (chunk) => (stdout += chunk));
  child.stderr!.on("data", (chunk) => (stderr += chunk));
  return new Promise((done) => child.on("close", (code) => done({code, stdout, stderr})));
}

export function command(
  flags: readonly string[],
  nodeFlags: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  return finished(start(flags, nodeFlags, env));
}
