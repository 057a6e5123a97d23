import {existsSync, readFileSync, statSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {makeFolder, writeWhole} from "../src/pipeline/record/write-whole";
import {temporaryFolder} from "./support/idx-files";

test("folders with parents in common, made side by side, are all there", async () => {
  const root = temporaryFolder();
  const paths = Array.from({length: 60}, (_, i) => join(root, `a${i % 3}`, `b${i % 5}`, `c${i % 7}`));
  await Promise.all(paths.map(makeFolder));
  for (const path of paths) expect(statSync(path).isDirectory()).toBe(true);
});

test("a folder cannot be where a file is, and that is said", async () => {
  const file = join(temporaryFolder(), "f");
  await writeWhole(file, "content");
  await expect(writeWhole(join(file, "g"), "more")).rejects.toThrow(/expected to write it, got a file where a folder/);
  expect(readFileSync(file, "utf8")).toBe("content");
  expect(existsSync(`${file}.partial`)).toBe(false);
});
