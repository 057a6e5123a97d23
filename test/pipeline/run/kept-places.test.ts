/** @file Where a run's data and lists are looked for, and tables that are too small to be mapped. */
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {resolveOptions} from "../../../src/nouns/options";
import {mapOfTable} from "../../../src/pipeline/project";
import {projectOptions} from "../../../src/pipeline/project-options";
import {dataPlaces, keptData, keptEdit} from "../../../src/pipeline/run/data";
import {temporaryFolder} from "../../support/idx-files";

describe("a list of decisions", () => {
  const root = temporaryFolder();
  const run = join(root, "save", "r");
  mkdirSync(run, {recursive: true});
  writeFileSync(join(root, "list.csv"), "");
  const kept = (edit: unknown, editFromRun?: string) => keptEdit(run, {options: {edit}, data: {editFromRun}} as never);

  test("is at its old place, or at its old place from the run, or else named as it was", () => {
    const there = join(root, "list.csv");
    expect(kept(there)).toBe(there);
    expect(kept(there, "../../other.csv")).toBe(there);
    expect(kept("/nowhere/list.csv", "../../list.csv")).toBe(there);
    expect(kept("/nowhere/list.csv", "../../other.csv")).toBe("/nowhere/list.csv");
    expect(kept("/nowhere/list.csv")).toBe("/nowhere/list.csv");
    expect(kept("", "../../list.csv")).toBe("");
    expect(kept(undefined)).toBe("");
  });
});

test("data are at their old whole path, and then from the run, each once", () => {
  const places = (data: string, fromRun?: string) =>
    dataPlaces("/s/save/r", {options: {data}, data: {fromRun}} as never);
  expect(places("/d")).toEqual(["/d"]);
  expect(places("/d", "../../bars")).toEqual(["/d", "/s/bars"]);
  expect(places("/s/bars", "../../bars")).toEqual(["/s/bars"]);
  expect([keptData("mnist"), keptData("/d"), keptData("d")]).toEqual(["mnist", "/d", join(process.cwd(), "d")]);
});

describe("a table", () => {
  const settings = resolveOptions(projectOptions, {iterations: 50}, "--");
  const folder = temporaryFolder();
  let count = 0;
  const mapped = (rows: readonly string[]) => {
    const path = join(folder, `${count++}.csv`);
    writeFileSync(path, ["a,b", ...rows, ""].join("\n"));
    return mapOfTable(path, settings, () => {});
  };
  const rows = (most: number) => Array.from({length: most}, (_, n) => `${n},${n * n}`);

  test("of seven rows has a map, and one of six has none", async () => {
    expect((await mapped(rows(7))).points).toHaveLength(14);
    await expect(mapped(rows(6))).rejects.toThrow(/expected 7 rows or more, got 6$/);
    await expect(mapped([...rows(6), "6,"])).rejects.toThrow(
      "expected 7 rows or more with a number in every column, got 6",
    );
  });

  test("whose rows are all equal has none, and one other row is enough", async () => {
    const same = new Array(9).fill("1,2");
    await expect(mapped([...same, "1,2"])).rejects.toThrow("expected rows that differ, got 10 that are all equal");
    expect((await mapped([...same, "1,3"])).points).toHaveLength(20);
  });
});
