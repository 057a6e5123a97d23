import {closeSync, openSync, renameSync, rmSync, utimesSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {setTimeout} from "node:timers/promises";
import {expect, test} from "vitest";
import {isUnchanged, stateOf} from "../src/pipeline/record/file-state";
import {temporaryFolder} from "./support/idx-files";

function stateAt(path: string) {
  const file = openSync(path, "r");
  const state = stateOf(path, file);
  closeSync(file);
  return state;
}

test("tells whether a file stands as it did: not when written, dated back, replaced or gone", async () => {
  const path = join(temporaryFolder(), "x");
  writeFileSync(path, "one");
  const date = new Date(2020, 1, 1);
  utimesSync(path, date, date);
  for (const change of [
    () => writeFileSync(path, "two"),
    () => utimesSync(path, date, date),
    () => {
      writeFileSync(`${path}.partial`, "ten");
      renameSync(`${path}.partial`, path);
    },
    () => rmSync(path),
  ]) {
    await setTimeout(150);
    const state = stateAt(path);
    expect([state.settled, isUnchanged(state)]).toEqual([true, true]);
    change();
    expect(isUnchanged(state)).toBe(false);
  }
});

test("does not trust the stamp of a file that was changed a moment ago", () => {
  const path = join(temporaryFolder(), "x");
  writeFileSync(path, "one");
  expect(stateAt(path).settled).toBe(false);
});
