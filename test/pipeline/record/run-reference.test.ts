import {mkdirSync, symlinkSync, writeFileSync} from "node:fs";
import {basename, join} from "node:path";
import {expect, test} from "vitest";

import {runPath, runReference} from "../../../src/pipeline/record/run-reference";
import {temporaryFolder} from "../../support/idx-files";

/** A folder of runs that begin a minute apart, the first the oldest. */
function runs(...names: readonly string[]): string {
  const save = temporaryFolder();
  for (const [n, name] of names.entries()) {
    mkdirSync(join(save, name));
    writeFileSync(join(save, name, "run.json"), `{"startedAt": "2026-01-01T00:0${n}:00.000Z"}`);
  }
  return save;
}

test("an epoch stands after an @, and a run without a name is the latest", () => {
  expect(runReference("fast@3")).toEqual({name: "fast", epoch: 3});
  expect(runReference("fast@best")).toEqual({name: "fast", epoch: "best"});
  expect(runReference("@last")).toEqual({name: "latest", epoch: "last"});
  expect(runReference("fast")).toEqual({name: "fast"});
  expect(runReference("me@home/fast")).toEqual({name: "me@home/fast"});
});

test("a run is found by its name, an unambiguous beginning, its folder, and counted back from the latest", async () => {
  const save = runs("slow-1", "fast", "slow-2");
  const found = async (name: string) => basename(await runPath(save, name));
  expect(await found("fast")).toBe("fast");
  expect(await found("fa")).toBe("fast");
  expect(await found(join(save, "slow-1"))).toBe("slow-1");
  expect(await found("latest")).toBe("slow-2"); // there is no link of that name
  expect(await found("latest~0")).toBe("slow-2");
  expect(await found("latest~2")).toBe("slow-1");
  symlinkSync("fast", join(save, "latest"));
  expect(await found("latest")).toBe("latest"); // the link, which leads to the one that was begun last
});

test("a name that is another's beginning is that run's own", async () => {
  const save = runs("slow", "slow-2");
  expect(basename(await runPath(save, "slow"))).toBe("slow");
});

test("what is not there is reported with the nearest run, or the newest, or that there is none yet", async () => {
  const save = runs("slow-1", "fast", "slow-2");
  const told = (name: string, folder = save) => expect(runPath(folder, name)).rejects;
  await told("slow").toMatchObject({
    code: "NOT_FOUND",
    message: expect.stringMatching(/the beginning of 2: slow-2, slow-1$/),
  });
  await told("fsat").toThrow(/got "fsat"; did you mean fast\?$/);
  await told("nothing").toThrow(/got "nothing"; the newest is slow-2$/);
  await told("latest~3").toThrow(/expected one of the 3 runs in .*, got "latest~3"/);
  await told("latest", temporaryFolder()).toThrow(/got "latest"; there is no run yet$/);
});

test("of many runs of one beginning five are named, and how many more there are", async () => {
  const five = ["a1", "a2", "a3", "a4", "a5"];
  const told = (names: readonly string[], words: RegExp) => expect(runPath(runs(...names), "a")).rejects.toThrow(words);
  await told(five, /the beginning of 5: a5, a4, a3, a2, a1$/);
  await told([...five, "a6"], /the beginning of 6: a6, a5, a4, a3, a2 and 1 more$/);
  await told([...five, "a6", "a7"], /the beginning of 7: a7, a6, a5, a4, a3 and 2 more$/);
});

test("how many runs there are is said where there is not the one that was counted to", async () => {
  await expect(runPath(runs("a"), "latest~1")).rejects.toThrow(/expected one of the 1 run in \S+, got "latest~1"; /);
  await expect(runPath(runs("a", "b"), "latest~2")).rejects.toThrow(/expected one of the 2 runs in \S+, got /);
  await expect(runPath(temporaryFolder(), "latest")).rejects.toThrow(/expected the name of one in \S+, or its folder/);
});

test("no name is the beginning of no run, and a file is said to be one", async () => {
  const save = runs("a");
  await expect(runPath(save, "")).rejects.toThrow(/expected the name of one in/);
  const file = join(save, "a", "run.json");
  await expect(runPath(save, file)).rejects.toThrow(`got the file "${file}"; the newest is a`);
  await expect(runPath(file, "a")).rejects.toThrow(`--save: expected a folder of runs, got a file at ${file}`);
  expect(runReference("")).toEqual({name: "latest"});
  expect(runReference("a@0")).toEqual({name: "a", epoch: 0});
});
