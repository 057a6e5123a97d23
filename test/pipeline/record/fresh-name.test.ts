import {mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {freshFolder, writeFresh} from "../../../src/pipeline/record/fresh-name";
import {temporaryFolder} from "../../support/idx-files";

/** Makes a folder with one file in it. */
async function keepOne(parent: string, name: string, content: string): Promise<string> {
  const folder = await freshFolder(parent, name);
  writeFileSync(join(folder.path, "x"), content);
  return folder.keep();
}

test("results of one name made side by side each get a folder, numbered without a gap", async () => {
  const parent = join(temporaryFolder(), "new", "parent");
  const made = await Promise.all(Array.from({length: 30}, (_, i) => keepOne(parent, "cat", `${i}`)));
  const names = ["cat", ...Array.from({length: 29}, (_, i) => `cat-${i + 2}`)];
  expect(readdirSync(parent).sort()).toEqual([...names].sort());
  expect(made.map((path) => readFileSync(join(path, "x"), "utf8"))).toEqual(made.map((_, i) => `${i}`));
});

test("a name that is another's number is passed over: img-2 and img, in either order", async () => {
  for (const order of [
    ["img-2", "img", "img"],
    ["img", "img", "img-2"],
  ]) {
    const parent = temporaryFolder();
    for (const name of order) await keepOne(parent, name, name);
    expect(readdirSync(parent)).toHaveLength(3);
  }
});

test("neither an empty folder, nor a file, nor a link that leads nowhere loses its name", async () => {
  const parent = temporaryFolder();
  mkdirSync(join(parent, "cat"));
  writeFileSync(join(parent, "cat-2"), "mine");
  symlinkSync("nowhere", join(parent, "cat-3"));
  expect(await keepOne(parent, "cat", "new")).toBe(join(parent, "cat-4"));
  expect([readdirSync(join(parent, "cat")), readFileSync(join(parent, "cat-2"), "utf8")]).toEqual([[], "mine"]);
});

test("a folder that is dropped leaves nothing", async () => {
  const parent = temporaryFolder();
  const folder = await freshFolder(parent, "cat");
  writeFileSync(join(folder.path, "x"), "");
  await folder.drop();
  expect(readdirSync(parent)).toEqual([]);
});

test("files that belong together get one number, free for all of them", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a-map.png"), "mine");
  const write = (n: number) => writeFresh(folder, "a", {"-map.csv": `csv ${n}`, "-map.png": `png ${n}`});
  const made = await Promise.all(Array.from({length: 20}, (_, n) => write(n)));
  for (const [n, [csv, png]] of made.entries()) {
    expect(csv.replace(".csv", "")).toBe(png.replace(".png", ""));
    expect([readFileSync(csv, "utf8"), readFileSync(png, "utf8")]).toEqual([`csv ${n}`, `png ${n}`]);
  }
  expect(readFileSync(join(folder, "a-map.png"), "utf8")).toBe("mine");
  expect(readdirSync(folder)).toHaveLength(41);
});

test("a folder that cannot be written to is reported by its path", async () => {
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  const words = /^\/.*: expected to write it, got a file where a folder must be \((ENOTDIR|EEXIST)\)$/;
  await expect(freshFolder(file, "cat")).rejects.toThrow(words);
  await expect(writeFresh(file, "a", {".csv": ""})).rejects.toThrow(words);
});
