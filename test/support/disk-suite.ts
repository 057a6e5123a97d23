import {statSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";

import {fullDiskRun, type Unbroken, unbrokenRun} from "./killed-runs";
import {smallDisk} from "./small-disk";
import {filesOf} from "./small-run";
import {chanceOf, TEST_SEED} from "./test-seed";

const ENOUGH = 200_000;
const canMount = (() => {
  const disk = smallDisk(64);
  disk?.remove();
  return disk !== undefined;
})();
if (!canMount) console.warn("disks that fill up: not tried, for only root may mount one");

/** Runs on so many disks that are too small, each of another size. */
export function diskSuite(count: number): void {
  let unbroken: Unbroken;
  let needed: number; // kibibytes
  const ended: string[] = [];
  beforeAll(async () => {
    if (!canMount) return;
    unbroken = await unbrokenRun();
    const sizes = filesOf(unbroken.path).map((file) => Math.ceil(statSync(join(unbroken.path, file)).size / 4096) * 4);
    needed = sizes.reduce((sum, size) => sum + size, 0);
  });
  const random = chanceOf("sizes of disks");
  const shares = Array.from({length: count}, (_, n) => Math.max(0.01, (n + random()) / count));

  test.runIf(canMount).each(shares)(
    `a disk of %f of what a run needs fills up in one line; with room, it is the run it would have been (seed ${TEST_SEED})`,
    async (share) => {
      const disk = smallDisk(Math.round(share * needed))!;
      try {
        ended.push(await fullDiskRun(unbroken, disk, ENOUGH));
      } finally {
        disk.remove();
      }
    },
  );

  afterAll(() => {
    if (canMount) expect(ended.some((words) => words !== "")).toBe(true); // some disk was too small
  });
}
