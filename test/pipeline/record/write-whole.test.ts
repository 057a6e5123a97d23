import {readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {expect, test} from "vitest";

import {makeFolder, writeWhole} from "../../../src/pipeline/record/write-whole";
import {temporaryFolder} from "../../support/idx-files";

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
  expect(readdirSync(dirname(file))).toEqual(["f"]);
});

test("a link that stands where a temporary file of older versions stood is not followed", async () => {
  const folder = temporaryFolder();
  const [outside, file] = [join(temporaryFolder(), "outside"), join(folder, "f")];
  writeFileSync(outside, "untouched");
  symlinkSync(outside, `${file}.partial`);
  await writeWhole(file, "content");
  expect([readFileSync(outside, "utf8"), readFileSync(file, "utf8")]).toEqual(["untouched", "content"]);
});

test("many writers of one file leave one writer's content whole, and nothing beside it", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "f");
  const bodies = Array.from({length: 20}, (_, i) => Buffer.alloc(200_000 + 1000 * i, i + 1));
  const seen: boolean[] = [];
  let writing = true;
  const reading = (async () => {
    while (writing) {
      const content = await readFile(file).catch(() => undefined); // not there yet
      if (content) seen.push(bodies.some((body) => body.equals(content)));
    }
  })();
  await Promise.all(bodies.map((body, i) => writeWhole(file, body, {synced: i % 2 === 0})));
  writing = false;
  await reading;
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.every(Boolean)).toBe(true);
  expect(readdirSync(folder)).toEqual(["f"]);
});

test("a name of 255 bytes can be written, one of 256 is refused by its path", async () => {
  const folder = temporaryFolder();
  await writeWhole(join(folder, `${"é".repeat(127)}x`), "whole");
  expect(readdirSync(folder)).toEqual([`${"é".repeat(127)}x`]);
  await expect(writeWhole(join(folder, "é".repeat(128)), "")).rejects.toThrow(
    /^\/.*é: expected to write it, got a name that is too long for the file system \(ENAMETOOLONG\)$/,
  );
  expect(readdirSync(folder)).toHaveLength(1);
});
