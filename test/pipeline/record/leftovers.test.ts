/** @file Files that processes leave behind in folders of runs: which are swept away, and which are no run. */
import {spawnSync} from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import {basename, join} from "node:path";
import {describe, expect, test} from "vitest";

import {artifactEpochs} from "../../../src/pipeline/record/artifact-epochs";
import {isInside} from "../../../src/pipeline/record/is-inside";
import {isUnbegun, removeUnbegun, sweepFiles, sweepUnnamed} from "../../../src/pipeline/record/leftovers";
import {finished, isUnfinished, partialOf, removeUnfinished, writerOf} from "../../../src/pipeline/record/partial-file";
import {removeReader, removeRun} from "../../../src/pipeline/record/remove-run";
import {lockRun, SILENT_FOR} from "../../../src/pipeline/record/run-lock";
import {runsIn} from "../../../src/pipeline/record/runs-in";
import {textIfThere} from "../../../src/pipeline/record/text-if-there";
import {unsynced} from "../../../src/pipeline/record/unsynced";
import {makeFolder} from "../../../src/pipeline/record/write-whole";
import {zipFolder} from "../../../src/pipeline/record/zip-folder";
import {temporaryFolder} from "../../support/idx-files";

/** The number of a process that has ended. */
const DEAD = spawnSync(process.execPath, ["-e", "process.stdout.write(String(process.pid))"]).stdout.toString();
const ending = (writer: number | string) => `.${writer}-0123456789ab.partial`;

/** Writes a file, with the folders that it needs. */
function put(folder: string, name: string, content = ""): void {
  mkdirSync(join(folder, name, ".."), {recursive: true});
  writeFileSync(join(folder, name), content);
}

describe("a temporary name", () => {
  test("tells which process writes it", () => {
    expect(["x", "x.partially", "x.partial.txt"].map(writerOf)).toEqual([undefined, undefined, undefined]);
    expect(writerOf(`x${ending(12)}`)).toBe(12);
    expect(writerOf("x.partial")).toBe(0); // of an earlier version, which named no process
    expect(writerOf(basename(partialOf("/a/x")))).toBe(process.pid);
  });

  test("has the name itself up to 200 bytes, and the beginning of a longer one", () => {
    const kept = (name: string) => basename(partialOf(join("/a", name))).split(".")[0];
    expect(kept("x".repeat(200))).toBe("x".repeat(200));
    expect(kept("x".repeat(201))).toBe("x".repeat(193));
  });

  test("is removed at the end if it was not finished", () => {
    const folder = temporaryFolder();
    const [left, done] = ["left", "done"].map((name) => partialOf(join(folder, name)));
    for (const path of [left, done]) writeFileSync(path, "");
    finished(done);
    expect([isUnfinished(left), isUnfinished(done)]).toEqual([true, false]);
    removeUnfinished();
    expect(readdirSync(folder)).toEqual([basename(done)]);
    expect(isUnfinished(left)).toBe(false);
  });
});

test("files of dead processes are swept out of a run; those of living ones, and folders, are not", async () => {
  const run = temporaryFolder();
  const kept = ["a.json", `data/c${ending(process.pid)}`, `d${ending(DEAD)}/e.json`];
  for (const name of [...kept, `a${ending(DEAD)}`, `data/b${ending(DEAD)}`, "data/old.partial"]) put(run, name);
  await sweepFiles(run);
  const files = readdirSync(run, {recursive: true, withFileTypes: true}).filter((entry) => entry.isFile());
  expect(files.map(({parentPath, name}) => join(parentPath, name).slice(run.length + 1)).sort()).toEqual(kept.sort());
  await sweepFiles(join(run, "none"));
});

test("folders that never had a name are swept once nobody can be filling them", async () => {
  const save = temporaryFolder();
  const now = Date.now() / 1000;
  const folder = (name: string, age: number, file?: string) => {
    mkdirSync(join(save, name));
    if (file) put(save, join(name, file), "{}");
    utimesSync(join(save, name), now - age, now - age);
  };
  const old = SILENT_FOR / 1000 + 60;
  folder(`old${ending(DEAD)}`, old);
  folder(`young${ending(DEAD)}`, old - 120);
  folder(`own${ending(process.pid)}`, old);
  folder("named", old);
  put(save, `file${ending(DEAD)}`);
  put(save, "file.partial"); // whoever wrote it is not known
  folder(`locked${ending(DEAD)}`, old, "x");
  const lock = await lockRun(join(save, `locked${ending(DEAD)}`));
  await sweepUnnamed(save);
  const kept = ["file.partial", `locked${ending(DEAD)}`, "named", `own${ending(process.pid)}`, `young${ending(DEAD)}`];
  expect(readdirSync(save).sort()).toEqual(kept);
  await lock.release();
});

describe("a run that has not begun to learn", () => {
  const begun = (...names: readonly string[]) => {
    const run = join(temporaryFolder(), "r");
    mkdirSync(run);
    for (const name of names) put(run, name);
    return run;
  };

  test.each([
    [true, ["run.json"]],
    [
      true,
      ["run.json", "status.json", "notes.json", "data/test.json", "data/test-images.npy", "artifacts/test-images.npz"],
    ],
    [true, ["run.json", "logs/x", `metrics.jsonl${ending(DEAD)}`, `data/x${ending(DEAD)}`]],
    [false, []],
    [false, ["status.json"]],
    [false, ["run.json", "metrics.jsonl"]],
    [false, ["run.json", "data/mine.txt"]],
    [false, ["run.json", "artifacts/confusion/x.json"]],
  ])("(%s) has no other files: %j", async (expected, names) => {
    const run = begun(...names);
    expect(await isUnbegun(run)).toBe(expected);
    await removeUnbegun(run);
    expect(existsSync(run)).toBe(!expected);
  });

  test("is at work while a process holds it, and none is where nothing is", async () => {
    const run = begun("run.json");
    const lock = await lockRun(run);
    expect(await isUnbegun(run)).toBe(false);
    await lock.release();
    expect(await isUnbegun(run)).toBe(true);
    expect(await isUnbegun(join(run, "none"))).toBe(false);
  });
});

test("runs are folders with a run.json that says when they began, the newest first", async () => {
  const save = temporaryFolder();
  const at = (day: number) => `{"startedAt": "2026-01-0${day}T00:00:00.000Z"}`;
  for (const [name, day] of [
    ["b", 1],
    ["c", 3],
    ["a", 2],
    [`d${ending(DEAD)}`, 4],
  ] as const)
    put(save, `${name}/run.json`, at(day));
  put(save, "file", at(5));
  put(save, "no-date/run.json", "{}");
  mkdirSync(join(save, "folder/run.json"), {recursive: true});
  put(save, "reader/qa.json", at(6));
  expect((await runsIn(save)).map(({name}) => name)).toEqual(["c", "a", "b"]);
  expect(await runsIn(save, "qa.json")).toEqual([
    {name: "reader", path: join(save, "reader"), at: "2026-01-06T00:00:00.000Z"},
  ]);
  expect(await runsIn(join(save, "none"))).toEqual([]);
});

describe("removing", () => {
  const saved = () => {
    const save = realpathSync(temporaryFolder());
    for (const [n, name] of ["old", "new"].entries()) {
      put(save, `${name}/run.json`, `{"startedAt": "2026-01-0${n + 1}"}`);
      put(save, `logs/${name}/events`);
    }
    put(save, "qa/reader/qa.json");
    return save;
  };

  test("a run takes its logs along, and latest leads to the newest that is left", async () => {
    const save = saved();
    symlinkSync("new", join(save, "latest"));
    await removeRun(save, join(save, "new"));
    expect(readdirSync(save).sort()).toEqual(["latest", "logs", "old", "qa"]);
    expect(readdirSync(join(save, "logs"))).toEqual(["old"]);
    expect(readlinkSync(join(save, "latest"))).toBe("old");
    await removeRun(save, join(save, "old"));
    expect(readdirSync(save).sort()).toEqual(["logs", "qa"]);
  });

  test("another run than the one that latest leads to leaves the link alone", async () => {
    const save = saved();
    symlinkSync("old", join(save, "latest"));
    await removeRun(save, join(save, "new"));
    expect(readlinkSync(join(save, "latest"))).toBe("old");
    const other = saved();
    await removeRun(other, join(other, "new")); // where no link is, none is made
    expect(readdirSync(other).sort()).toEqual(["logs", "old", "qa"]);
  });

  test("what lies elsewhere, or is no run, is refused and stays", async () => {
    const [save, other] = [saved(), saved()];
    const refused = (remove: typeof removeRun, path: string, words: string) =>
      expect(remove(save, path)).rejects.toThrow(`runs remove: expected ${words}, got ${path}`);
    await refused(removeRun, join(other, "new"), `a run in ${save}`);
    await refused(removeRun, join(save, "logs"), "a folder with run.json");
    await refused(removeReader, join(save, "new"), `a run in ${join(save, "qa")}`);
    expect([existsSync(join(other, "new")), existsSync(join(save, "new"))]).toEqual([true, true]);
    await removeReader(save, join(save, "qa/reader"));
    expect(readdirSync(join(save, "qa"))).toEqual([]);
  });
});

test("an artifact's epochs are those of its JSON files alone", async () => {
  const folder = temporaryFolder();
  for (const name of ["epoch-001.json", "epoch-001.npz", "epoch-1000.json", "map-epoch-002.json", "notes.json"])
    put(folder, name);
  const epochs = async (name: string) => (await artifactEpochs(folder, name)).sort((a, b) => a - b);
  expect([await epochs(""), await epochs("map"), await epochs("bars")]).toEqual([[1, 1000], [2], []]);
  expect(await artifactEpochs(join(folder, "none"), "")).toEqual([]);
});

test.each([
  ["/a", "/a", true],
  ["/a", "/a/b", true],
  ["/a", "/a/..b", true],
  ["/a", "/ab", false],
  ["/a", "/", false],
  ["/a/b", "/a", false],
  ["/a", "/a/../c", false],
])("in the folder %s lies %s: %s", (folder, path, expected) => {
  expect(isInside(folder, path)).toBe(expected);
});

test("text that is not there is undefined, and what cannot be read is named", async () => {
  const folder = temporaryFolder();
  put(folder, "a.txt", "text");
  expect(await textIfThere(join(folder, "a.txt"))).toBe("text");
  for (const name of ["b.txt", "a.txt/b"]) expect(await textIfThere(join(folder, name))).toBeUndefined();
  await expect(textIfThere(folder)).rejects.toThrow(
    `${folder}: expected to read it, got a folder where a file must be (EISDIR)`,
  );
});

test("files that are waited for later may be removed meanwhile", async () => {
  const folder = temporaryFolder();
  const disk = unsynced();
  await disk.write(join(folder, "a"), "1");
  await disk.write(join(folder, "b"), "2");
  rmSync(join(folder, "a"));
  await disk.settle();
  expect(readdirSync(folder)).toEqual(["b"]);
});

test("a folder is not made where a file is", async () => {
  const file = join(temporaryFolder(), "f");
  writeFileSync(file, "");
  for (const path of [file, join(file, "g")]) await expect(makeFolder(path)).rejects.toThrow(/EEXIST|ENOTDIR/);
  await makeFolder("/");
});

test("a folder's zip has each of its files but locks and half-written ones, and where each begins", async () => {
  const folder = temporaryFolder();
  for (const [name, content] of [
    ["a.txt", "first"],
    ["sub/b.txt", "second one"],
    ["running-1.lock", ""],
    ["c.partial", ""],
  ])
    put(folder, name, content);
  const file = join(temporaryFolder(), "made", "r.zip");
  await zipFolder(folder, "r", file);
  const listed = spawnSync("python3", ["-c", `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    print([(i.filename, i.header_offset, z.read(i).decode()) for i in z.infolist()], z.start_dir)`, file]); // biome-ignore format: a program
  // a local record has 30 bytes, the name and the content
  const second = 30 + "r/a.txt".length + "first".length;
  const list = second + 30 + "r/sub/b.txt".length + "second one".length;
  expect(`${listed.stdout}`).toBe(`[('r/a.txt', 0, 'first'), ('r/sub/b.txt', ${second}, 'second one')] ${list}\n`);
  expect(readdirSync(join(file, ".."))).toEqual(["r.zip"]);
});
