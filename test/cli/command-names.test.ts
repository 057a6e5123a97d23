import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {command} from "../support/command";
import {temporaryFolder} from "../support/idx-files";

const here = temporaryFolder();
mkdirSync(join(here, "photos"));
mkdirSync(join(here, "save/fast-run"), {recursive: true});
for (const [name, text] of [["cat.jpg", ""], ["trees.csv", "a,b\n1,2\n"], ["net.onnx", ""], ["save/fast-run/run.json", `{"startedAt": "2026"}`]]) {
  writeFileSync(join(here, name), text);
} // biome-ignore format: one table

test.concurrent.each([
  [["photos"], "did you mean --data photos?"],
  [["cat.jpg"], "did you mean explain cat.jpg?"],
  [["trees.csv"], "did you mean map trees.csv?"],
  [["net.onnx"], "did you mean explain IMAGE --model net.onnx?"],
  [["fast-run"], "did you mean report fast-run?"],
  [["labls"], "did you mean labels?"],
  [["xyzzy"], "--help lists them"],
  [["labels", "suspect"], 'labels: expected one of suspects, leaks, try, got "suspect"; did you mean suspects?'],
  [["labels"], "labels: expected suspects, leaks, try, got none; `labels --help` shows how"],
  [["run", "--dry-run=maybe"], '--dry-run: expected no value, true or false, got "maybe"'],
  [["runs", "list", "--quiet=1"], '--quiet: expected no value, true or false, got "1"'],
  [["run", "extra"], '"extra": expected flags after run, got this; `run --help` shows them'],
  [["run", "--help", "lmie"], 'got "lmie"; did you mean lime?'],
  [["report", "fast"], "expected"], // found by its beginning; its file is damaged
])("`epochscope %s` says what would work: %s", async (argv, words) => {
  const {code, stdout, stderr} = await command(argv, [], {}, here);
  expect(stderr).toContain(words);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(stdout).toBe("");
  expect(code).toBe(argv[0] === "report" ? 1 : 2);
});
