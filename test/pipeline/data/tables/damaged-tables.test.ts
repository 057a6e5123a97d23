import {readFileSync} from "node:fs";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import fc from "fast-check";
import {expect, test} from "vitest";
import {UserError} from "../../../../src/nouns/options";
import {tableOf} from "./table-of";

const csv = Buffer.from(
  `kind,a,b\n${Array.from({length: 40}, (_, i) => `"k ${i % 3}",${i},${i * 0.5}`).join("\r\n")}\n`,
);
const npz = readFileSync(join(__dirname, "../../../fixtures/tables/npy-stored.npz"));
const npy = npz.subarray(npz.indexOf("\x93NUMPY", 0, "latin1"), npz.indexOf("\x93NUMPY", 0, "latin1") + 128 + 192);
const utf16 = Buffer.from(`\ufeff${csv}`, "utf16le");

test.each([
  ["CSV", csv, "t.csv"],
  ["UTF-16", utf16, "t.csv"],
  ["gzip", gzipSync(csv), "t.csv.gz"],
  [".npy", Buffer.from(npy), "t.npy"],
  [".npz", npz, "t.npz"],
])(
  "a damaged %s file is read or refused in one line",
  async (_, whole, name) => {
    const damage = fc.record({
      flips: fc.array(fc.tuple(fc.nat({max: whole.length - 1}), fc.integer({min: 1, max: 255})), {maxLength: 6}),
      cut: fc.oneof(fc.constant(whole.length), fc.nat({max: whole.length})),
      insert: fc.uint8Array({maxLength: 8}),
      at: fc.nat({max: whole.length}),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({flips, cut, insert, at}) => {
        const bytes = Buffer.from(whole);
        for (const [place, bits] of flips) bytes[place] ^= bits;
        const content = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at)]).subarray(0, cut);
        try {
          const table = await tableOf(content, {maxMegabytes: 4}, name);
          expect(table.values.length).toBe(table.rows * table.columns);
          expect(table.values.every(Number.isFinite)).toBe(true);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          expect(error.message).toContain(": expected ");
          expect(error.message).toContain(", got ");
        }
      }),
      {numRuns: 300},
    );
  },
  120_000,
);
