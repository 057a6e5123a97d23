import {expect, test, vi} from "vitest";

import {checkFreeRoom} from "../../../src/pipeline/data/stored/free-room";

/** A disk that has ten free blocks of 100 kB. */
vi.mock("node:fs/promises", async (original) => ({
  ...(await original<typeof import("node:fs/promises")>()),
  statfs: async () => ({bavail: 10, bsize: 100_000}),
}));

test("a disk has room for as many bytes as are free, and for no more", async () => {
  await expect(checkFreeRoom("/cache", 1_000_000)).resolves.toBeUndefined();
  await expect(checkFreeRoom("/cache", 2_400_000)).rejects.toThrow(
    "/cache: expected room for the 2 MB that the pictures take as they are unpacked, got 1 MB free",
  );
  await expect(checkFreeRoom("/cache", 1_000_001)).rejects.toHaveProperty("code", "CANNOT_WRITE");
});
