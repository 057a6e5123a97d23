import {type appendFileSync, existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test, vi} from "vitest";

import {tensorboardLog} from "../../../src/pipeline/record/tensorboard/summaries";
import {temporaryFolder} from "../../support/idx-files";

const disk = vi.hoisted(() => ({left: Number.POSITIVE_INFINITY}));

/** Appending as on a disk with little room: a part is written, then it fails. */
vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  const append: typeof appendFileSync = (path, bytes) => {
    const size = bytes.length;
    real.appendFileSync(path, (bytes as Uint8Array).subarray(0, disk.left));
    if (size > disk.left) throw Object.assign(new Error("ENOSPC: no space left on device"), {code: "ENOSPC"});
  };
  return {...real, appendFileSync: append};
});

test("a record that fits on the disk in part leaves no part of itself, and comes with the next flush", () => {
  const log = tensorboardLog(temporaryFolder());
  log.scalar("loss", 1, 0.5);
  log.flush();
  const before = readFileSync(log.path);
  log.scalar("loss", 2, 0.25);
  disk.left = 9;
  expect(() => log.flush()).toThrow(`${log.path}: expected to write it, got no space left on the disk (ENOSPC)`);
  expect(readFileSync(log.path)).toEqual(before);
  disk.left = Number.POSITIVE_INFINITY;
  log.flush();
  const after = readFileSync(log.path);
  expect(after.subarray(0, before.length)).toEqual(before);
  expect(after.length).toBeGreaterThan(before.length + 9);
});

test("a log whose first record does not fit is left empty", () => {
  const folder = temporaryFolder();
  disk.left = 3;
  expect(() => tensorboardLog(folder)).toThrow("no space left on the disk (ENOSPC)");
  disk.left = Number.POSITIVE_INFINITY;
  const [name] = readdirSync(folder);
  expect(existsSync(join(folder, name)) ? readFileSync(join(folder, name)).length : 0).toBe(0);
});
