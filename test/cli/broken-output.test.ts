import {spawn} from "node:child_process";
import {existsSync, openSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {command} from "../support/command";
import {idxFolder, temporaryFolder} from "../support/idx-files";

const ROOT = join(__dirname, "../..");
const RUN = ["--epochs", "1", "--batch-size", "32", "--projector", "0", "--probes", "none"];
const FULL = "/dev/full"; // takes nothing (full(4), Linux)

/** The command with its output, or its errors, going to a device that takes nothing. */
function startFull(flags: readonly string[], full: "stdout" | "stderr") {
  const device = openSync(FULL, "w");
  const stdio = full === "stdout" ? (["ignore", device, "pipe"] as const) : (["ignore", "pipe", device] as const);
  const program = [require.resolve("ts-node/dist/bin"), join(ROOT, "runner.ts"), ...flags];
  return spawn(process.execPath, program, {cwd: ROOT, env: {...process.env, NO_COLOR: "1"}, stdio: [...stdio]});
}

test.runIf(existsSync(FULL))(
  "a full disk behind standard output is reported in one line, and the run continues by resume",
  async () => {
    const save = temporaryFolder();
    const child = startFull(["--data", idxFolder(), ...RUN, "--save", save, "--name", "r"], "stdout");
    let stderr = "";
    child.stderr!.on("data", (text) => (stderr += text));
    expect(await new Promise((done) => child.on("close", done))).toBe(1);
    expect(stderr.replaceAll(/^epoch .*\n/gm, "")).toBe(
      "error: standard output: expected to write it, got no space left on the disk (ENOSPC)\n",
    );
    expect(await command(["resume", "r", "--save", save])).toMatchObject({code: 0});
  },
);

test.runIf(existsSync(FULL))("an error that cannot be told is still an exit code", async () => {
  const child = startFull(["--data", "nowhere"], "stderr");
  child.stdout!.resume();
  expect(await new Promise((done) => child.on("close", done))).toBe(2);
});

test("a part that failed is not announced as there, and the exit code is 1", async () => {
  const save = temporaryFolder();
  const failing = [
    ["-r", join(__dirname, "../support", "failing-disk.cjs")],
    {FAIL_AT: "report.html", FAIL_CODE: "EIO"},
  ] as const;
  const {stdout, code} = await command(["--data", idxFolder(), ...RUN, "--save", save, "--name", "r"], ...failing);
  expect(code).toBe(1);
  expect(stdout).toMatch(/\nnot whole report: see the errors above\n$/);
  expect(stdout).not.toContain("the page");
  expect(stdout).not.toContain("/plots"); // without probes there are none
  const again = await command(["resume", "r", "--save", save]);
  expect(again).toMatchObject({code: 0, stderr: ""});
  expect(again.stdout).toContain("the page");
  expect(existsSync(join(save, "r", "report.html"))).toBe(true); // made by resume
});
