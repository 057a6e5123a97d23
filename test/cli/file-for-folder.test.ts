import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {command} from "../support/command";
import {temporaryFolder} from "../support/idx-files";

const here = temporaryFolder();
const file = join(here, "net.onnx");
writeFileSync(file, "");
mkdirSync(join(here, "save"));

const NO_SAVE = `--save: expected a folder of runs, got a file at ${file}`;
const NO_RUN = `run: expected the name of one in save, or its folder, got the file "${file}"; there is no run yet`;

test.concurrent.each([
  [["watch", file], 1, `${file}: expected a folder of checkpoints, got a file`],
  [["watch", file, "--dry-run"], 1, `${file}: expected a folder of checkpoints, got a file`],
  [["watch", join(file, "x")], 1, `${file} is a file, not a folder`],
  [["--data", file], 1, `${file}: expected a folder, got a file`],
  [["report", file], 2, NO_RUN],
  [["resume", file], 2, NO_RUN],
  [["compare", file, file], 2, NO_RUN],
  [["labels", "suspects", file], 2, NO_RUN],
  [["runs", "show", file], 2, NO_RUN],
  [["report", "--save", file], 2, NO_SAVE],
  [["compare", "latest", "latest~1", "--save", file], 2, NO_SAVE],
  [["predict", "test:0", "--save", file], 2, NO_SAVE],
  [["explain", "test:0", "--save", file], 2, NO_SAVE],
  [["runs", "list", "--save", file], 2, NO_SAVE],
])("a file in a folder's place is reported as one by %j", async (argv, exitCode, words) => {
  const {code, stdout, stderr} = await command(argv, [], {}, here);
  expect(stderr).toMatch(/^error: /);
  expect(stderr.trimEnd().endsWith(words)).toBe(true);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect([code, stdout]).toEqual([exitCode, ""]);
});
