import {type ChildProcess, spawn} from "node:child_process";
import {join} from "node:path";

const ROOT = join(__dirname, "..", "..");

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command, as `npx ts-node runner.ts` starts it. @param cwd The folder it is started in. */
export function start(
  flags: readonly string[],
  nodeFlags: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
  cwd: string = ROOT,
): ChildProcess {
  const {FORCE_COLOR: _, ...inherited} = process.env; // with CI set, or by vitest, colours would come
  return spawn(
    process.execPath,
    [...nodeFlags, require.resolve("ts-node/dist/bin"), join(ROOT, "runner.ts"), ...flags],
    {
      cwd,
      env: {...inherited, NO_COLOR: "1", ...env},
    },
  );
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
  cwd: string = ROOT,
): Promise<Finished> {
  return finished(start(flags, nodeFlags, env, cwd));
}
