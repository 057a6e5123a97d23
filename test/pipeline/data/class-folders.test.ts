import {copyFileSync, mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {classFoldersOf, readClassFolders} from "../../../src/pipeline/data/images/class-folders";
import {entriesOf, isPicture} from "../../../src/pipeline/data/images/folder-entries";
import {leftoversOf} from "../../../src/pipeline/data/images/leftovers";
import {temporaryFolder} from "../../support/idx-files";

const picture = (path: string) => copyFileSync("test/fixtures/images/rgb.png", path);

/** A folder with folders of these names, each with a picture. */
function folderOf(names: readonly string[]): string {
  const folder = temporaryFolder();
  for (const name of names) {
    mkdirSync(join(folder, name));
    picture(join(folder, name, "0.png"));
  }
  return folder;
}

async function read(folder: string, classNames?: readonly string[]) {
  const leftovers = leftoversOf(folder);
  const candidates = await classFoldersOf(folder, leftovers);
  const found = await readClassFolders(folder, candidates, new Map(), leftovers, classNames);
  return {...found, notes: leftovers.notes()};
}

const numbered = (count: number, from = 0) => Array.from({length: count}, (_, n) => `c${100 + from + n}`);

describe("classes", () => {
  test("may be two", async () => {
    const {classNames, files} = await read(folderOf(["b", "a"]));
    expect([classNames, files.map(({label}) => label)]).toEqual([
      ["a", "b"],
      [0, 1],
    ]);
  });

  test.each<[string, string[], string[], string]>([
    ["all, if they are few", numbered(20), numbered(19), `${numbered(20).join(", ")}, got ${numbered(19).join(", ")}`],
    ["none", ["a", "b"], [], "a, b, got none"],
    ["their number and those that differ", numbered(22), numbered(21), "22 with c121, got 21"],
    [
      "at most twenty that differ",
      numbered(25),
      numbered(41, 25),
      `25 with ${numbered(20).join(", ")} and 5 more, got 41 with ${numbered(20, 25).join(", ")} and 21 more`,
    ],
    [
      "just twenty that differ",
      numbered(21),
      ["c100", ...numbered(20, 30)],
      `21 with ${numbered(20, 1).join(", ")}, got 21 with ${numbered(20, 30).join(", ")}`,
    ],
  ])("that differ from those of the training part are listed: %s", async (_, expected, found, words) => {
    const folder = folderOf(found);
    const told = await read(folder, expected).catch((error: Error) => error.message);
    expect(told).toBe(`${folder}: expected the classes ${words}`);
  });

  test("in a folder around them are found by a hint, if they are two or more", async () => {
    const folder = folderOf(["only"]);
    mkdirSync(join(folder, "only", "a"));
    mkdirSync(join(folder, "only", ".git"));
    await expect(read(folder)).rejects.toThrow("one for each class, got 1 (only)");
    mkdirSync(join(folder, "only", "b"));
    await expect(read(folder)).rejects.toThrow(`got 1; try --data ${join(folder, "only")}, which holds 2`);
  });

  test("hold pictures of folders inside, and empty ones are not told", async () => {
    const folder = folderOf(["a", "b"]);
    mkdirSync(join(folder, "a", "empty"));
    expect((await read(folder)).notes).toEqual([]);
    picture(join(folder, "a", "empty", "1.png"));
    const {files, notes} = await read(folder);
    expect(files.map(({label}) => label)).toEqual([0, 0, 1]);
    expect(notes).toEqual([`${folder}: pictures in folders inside a class's folder count as that class's: a/empty`]);
  });
});

test("entries stand in the order of their names, and only files are pictures by their bytes", async () => {
  const folder = folderOf(["b", "B", "a"]);
  writeFileSync(join(folder, "c"), "hello");
  picture(join(folder, "d"));
  const entries = await entriesOf(folder);
  expect(entries.map(({name, kind}) => `${name} ${kind}`)).toEqual([
    "B folder",
    "a folder",
    "b folder",
    "c file",
    "d file",
  ]);
  expect(await Promise.all(entries.map(isPicture))).toEqual([false, false, false, false, true]);
  const pipe = {name: "pipe", path: join(folder, "d"), kind: "other"} as const;
  expect([await isPicture(pipe), await isPicture({...pipe, name: "pipe.png"})]).toEqual([false, true]);
  expect(await isPicture({name: ".d.png", path: join(folder, "d"), kind: "file"})).toBe(false);
});
