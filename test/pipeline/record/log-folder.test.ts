import {existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {clearLogs, logFolderOf} from "../../../src/pipeline/record/tensorboard/log-folder";
import {temporaryFolder} from "../../support/idx-files";

test("a run's logs are in `logs` beside it, by whichever name the run is found", async () => {
  const save = realpathSync(temporaryFolder());
  mkdirSync(join(save, "a-run"));
  symlinkSync("a-run", join(save, "latest"));
  expect(await logFolderOf(join(save, "a-run"))).toBe(join(save, "logs", "a-run"));
  expect(await logFolderOf(join(save, "latest"))).toBe(join(save, "logs", "a-run"));
});

test("a run that has its logs inside keeps them there", async () => {
  const save = realpathSync(temporaryFolder());
  mkdirSync(join(save, "a-run", "logs"), {recursive: true});
  expect(await logFolderOf(join(save, "a-run"))).toBe(join(save, "a-run", "logs"));
});

test("logs that a removed run has left go, and no other run's", async () => {
  const save = realpathSync(temporaryFolder());
  for (const name of ["a-run", "another"]) {
    mkdirSync(join(save, "logs", name), {recursive: true});
    writeFileSync(join(save, "logs", name, "events.out.tfevents.1"), "");
  }
  mkdirSync(join(save, "a-run"));
  await clearLogs(join(save, "a-run"));
  expect(existsSync(join(save, "logs", "a-run"))).toBe(false);
  expect(existsSync(join(save, "logs", "another", "events.out.tfevents.1"))).toBe(true);
});
