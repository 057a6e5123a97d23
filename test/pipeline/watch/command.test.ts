/** @file `watch` on the command line: what it prints, how it ends, and what other commands say of its runs. */
import {copyFileSync, readFileSync, realpathSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {command, finished, start} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";
import {metricsOf} from "../../support/small-run";
import {FIXTURES, onnxFolder, REFERENCE, stateFolder, stateName, testImages} from "../../support/watched";

const FEW = ["--mean", "0.25", "--std", "0.5", "--projector", "0", "--probes", "confusion"];

test("--serve shows the page live, the next checkpoint is looked at when it comes, and Ctrl-C ends well", async () => {
  const save = join(temporaryFolder(), "s");
  const folder = stateFolder([0]);
  const child = start(["watch", folder, "--serve", "--data", testImages(), "--save", save, ...FEW]);
  const ended = finished(child);
  let seen = "";
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on("data", (text) => {
      seen += text;
    });
  }
  const until = async (words: RegExp) => {
    while (!words.test(seen) && child.exitCode === null) await new Promise((done) => setTimeout(done, 50));
    return words.exec(seen)?.[1] ?? "";
  };
  const page = await until(/the page {2}(http:\S+)/);
  await until(/waiting for the next checkpoint/);
  copyFileSync(join(FIXTURES, stateName(1)), join(folder, stateName(1)));
  await until(/epoch 1 +test/);
  const facts = async () => (await (await fetch(`${page}run.json`)).json()) as {metrics: {epoch: number}[]};
  while ((await facts()).metrics.length < 2) await new Promise((done) => setTimeout(done, 100));
  child.kill("SIGINT");
  const {code, stderr} = await ended;
  expect(code).toBe(130);
  expect(stderr).not.toContain("error");
  const latest = realpathSync(join(save, "latest"));
  expect(metricsOf(latest).map(({testAccuracy}) => testAccuracy)).toEqual(
    REFERENCE.slice(0, 2).map(({right}) => right),
  );
  expect(readFileSync(join(latest, "report.html"), "utf8").length).toBeGreaterThan(10_000);
});

test("a checkpoint that does not fit costs the exit code, not the others", async () => {
  const save = join(temporaryFolder(), "s");
  const folder = onnxFolder([1, 2]);
  copyFileSync(join(FIXTURES, "reference.json"), join(folder, "net-epoch3.onnx"));
  const flags = ["--once", "--data", testImages(), "--save", save, "--name", "one", ...FEW];
  const {code, stdout, stderr} = await command(["watch", folder, ...flags]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^ {2}error \S*net-epoch3\.onnx: expected an ONNX file, got .*$/m);
  expect(stderr).toMatch(/input: 8 x 8 x 1, nchw \(found\), \(pixel × 1 − 0\.25\) \/ 0\.5/);
  expect(stdout).toMatch(/best by test loss: epoch 2, test accuracy 100\.00%/);
  for (const [flags, what] of [
    [["resume", "one"], "resume"],
    [["run", "--from", "one"], "--from"],
    [["labels", "suspects", "one"], "labels"],
  ] as const) {
    const refused = await command([...flags, "--save", save]);
    expect(refused.code).toBe(what === "--from" ? 2 : 1);
    expect(refused.stderr).toMatch(
      new RegExp(`^error: ${what}: expected a run that trained its network, got one, which watched one: "watch .*\n$`),
    );
  }
});

test("nothing to look at, and no folder, are one line", async () => {
  for (const [folder, words] of [
    [temporaryFolder(), /^error: \S+: expected checkpoints with a number in their names, got none\n$/],
    ["/nowhere/at/all", /^error: \/nowhere\/at\/all: expected a folder, got nothing there\n$/],
  ] as const) {
    const {code, stderr} = await command(["watch", folder, "--once", "--data", "mnist", "--save", temporaryFolder()]);
    expect([code, stderr]).toEqual([folder === "/nowhere/at/all" ? 2 : 1, expect.stringMatching(words)]);
  }
});
