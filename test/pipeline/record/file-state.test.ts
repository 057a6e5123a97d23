import {closeSync, openSync, renameSync, rmSync, statSync, utimesSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {isUnchanged, stateOf} from "../../../src/pipeline/record/file-state";
import {temporaryFolder} from "../../support/idx-files";
import {turns} from "../../support/turns";

/** @param after Milliseconds since the file was changed. */
function stateAt(path: string, after: number) {
  const file = openSync(path, "r");
  const state = stateOf(path, file, statSync(path).ctimeMs + after);
  closeSync(file);
  return state;
}

/** Waits until a change to a file has another time than the last change to this one: for as long as the file system's ticks are. */
async function nextTick(path: string): Promise<void> {
  const probe = `${path}.probe`;
  for (;;) {
    writeFileSync(probe, "");
    if (statSync(probe, {bigint: true}).ctimeNs > statSync(path, {bigint: true}).ctimeNs) return;
    await turns(1);
  }
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
    const state = stateAt(path, 150);
    await nextTick(path);
    expect([state.settled, isUnchanged(state)]).toEqual([true, true]);
    change();
    expect(isUnchanged(state)).toBe(false);
  }
});

test("does not trust the stamp of a file that was changed a moment ago", () => {
  const path = join(temporaryFolder(), "x");
  writeFileSync(path, "one");
  expect([0, 50, 99, 102].map((after) => stateAt(path, after).settled)).toEqual([false, false, false, true]);
});

test("trusts the stamp of a file only when more than 100 ms have gone by", () => {
  const path = join(temporaryFolder(), "x");
  writeFileSync(path, "one");
  const file = openSync(path, "r");
  const changed = Math.floor(statSync(path).ctimeMs);
  expect([100, 101].map((after) => stateOf(path, file, changed + after).settled)).toEqual([false, true]);
  closeSync(file);
});
