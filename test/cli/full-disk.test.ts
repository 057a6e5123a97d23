/** @file A disk without room: each command says so in one line that names the file, ends with 1, and leaves nothing half written. */
import {cpSync, readdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";

import {command} from "../support/command";
import {idxFolder, temporaryFolder} from "../support/idx-files";
import {type SmallDisk, smallDisk} from "../support/small-disk";

const data = idxFolder();
const table = join(temporaryFolder(), "t.csv");
writeFileSync(table, `a,b\n${Array.from({length: 20}, (_, n) => `${n},${n % 3}`).join("\n")}\n`);
let disk: SmallDisk | undefined;
let before: readonly string[] = [];
/** Files alone: an empty folder is no half of anything. */
const names = (path: string) =>
  readdirSync(path, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

beforeAll(async () => {
  disk = smallDisk(20_000);
  if (!disk) return; // only root may mount one
  const save = join(temporaryFolder(), "save");
  const flags = ["--data", data, "--epochs", "1", "--threads", "1", "--save", save, "--name", "a", "--quiet"];
  expect((await command(flags)).code).toBe(0);
  cpSync(save, disk.path, {recursive: true});
  expect(() => writeFileSync(join((disk as SmallDisk).path, "all"), new Uint8Array(2 ** 25))).toThrow("ENOSPC");
  before = names(disk.path);
});
afterAll(() => disk?.remove());

test.each([
  [["--data", data, "--epochs", "1", "--probes", "none", "--name", "b"], "b"],
  [["sweep", "--data", data, "--seeds", "2", "--epochs", "1", "--probes", "none", "--name", "s"], "s-seed-0"],
  [["report", "a"], "a/report.html"],
  [["explain", "test:0", "--model", "a"], "explain/test-0"],
  [["predict", "test/fixtures/images/rgb.png", "--model", "a", "--out", "p.csv"], "p.csv"],
  [["compare", "a@0", "a@1", "--out", "c.html"], "c.html"],
  [["labels", "suspects", "a"], "a/"],
  [["labels", "leaks", "a"], "a/leaks.csv"],
  [["runs", "note", "a", "words"], "a/notes.json"],
  [["runs", "export", "a", "--to", "onnx", "--out", "x.onnx"], "x.onnx"],
  [["runs", "export", "a", "--to", "zip", "--out", "x.zip"], "x.zip"],
  [["map", table, "--out", "."], "t-map.csv"],
] as const)("%j", async (flags, file) => {
  if (!disk) return;
  const {path} = disk;
  const placed = flags.map((word, i) => (flags[i - 1] === "--out" ? join(path, word) : word));
  const {code, stderr} = await command([...placed, ...(flags[0] === "map" ? [] : ["--save", path])]);
  const said = stderr
    .trim()
    .split("\n")
    .filter((line) => line.startsWith("error"));
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(`error: ${join(path, file)}`);
  expect(said[0]).toMatch(/expected to write it, got no space left on the disk \(ENOSPC\)$/);
  expect([code, names(path)]).toEqual([1, before]);
});

test("runs list does without its index on a full disk", async () => {
  if (!disk) return;
  const {code, stdout, stderr} = await command(["runs", "list", "--save", disk.path]);
  expect([code, stderr, names(disk.path)]).toEqual([0, "", before]);
  expect(stdout).toContain("a");
});
