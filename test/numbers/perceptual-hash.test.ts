import {readFileSync} from "node:fs";
import fc from "fast-check";
import {expect, test} from "vitest";

import {equalGroups, nearPairs, pixelCorrelation} from "../../src/numbers/copies";
import {
  bitsApart,
  bitsApartBut,
  dHash,
  dHashOf,
  greyOf,
  type Hash64,
  pHash,
  scaled,
} from "../../src/numbers/perceptual-hash";
import {pictureKeys} from "../../src/numbers/picture-keys";

interface Case {
  readonly shape: readonly [number, number, number];
  readonly pixels: readonly number[];
  readonly lanczos: readonly number[];
  readonly phash: string;
  readonly dhash: string;
}
/** ImageHash's and Pillow's: fixtures/make_hashes.py. */
const cases: readonly Case[] = JSON.parse(readFileSync("test/fixtures/hashes.json", "utf8"));
const hex = (hash: Hash64) => hash.map((word) => word.toString(16).padStart(8, "0")).join("");

test.each(cases.map(({shape}, n) => [n, shape.join(" × ")] as const))(
  "picture %i (%s) is scaled and hashed as Pillow and ImageHash do",
  (n) => {
    const {shape, pixels, lanczos, phash, dhash} = cases[n];
    const grey = greyOf(pixels, ...shape);
    expect([...scaled(grey, 32, 32).pixels]).toEqual(lanczos);
    expect(hex(pHash(grey))).toBe(phash);
    expect(hex(dHash(grey))).toBe(dhash);
  },
);

test("near pairs by bands are those of all pairs", () => {
  const word = fc.nat(0xffffffff);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, word), {minLength: 2, maxLength: 12}),
      fc.nat(10),
      fc.nat(63),
      (some, most, bit) => {
        // each beside one that differs in a few bits, so that there is something to find
        const hashes = some.flatMap(([high, low]): Hash64[] => [
          [high, low],
          [(high ^ (1 << (bit % 32))) >>> 0, (low ^ (bit > 31 ? 7 : 0)) >>> 0],
        ]);
        const all = hashes.flatMap((a, i) =>
          hashes.flatMap((b, j) => (i < j && bitsApart(a, b) <= most ? [[i, j]] : [])),
        );
        expect(nearPairs(hashes, most)).toEqual(all);
      },
    ),
  );
});

test("equal pictures have equal keys, and one changed value another", () => {
  const values = Float32Array.from({length: 5 * 40}, (_, at) => ((at * 31) % 17) / 255);
  values.copyWithin(3 * 40, 0, 40); // the fourth is the first
  const keys = pictureKeys(values, 5);
  expect(equalGroups(keys)).toEqual([[0, 3]]);
  for (let at = 0; at < 40; at++) {
    const one = values.slice(0, 40);
    one[at] += 1 / 255;
    expect(pictureKeys(one, 1)[0]).not.toBe(keys[0]);
  }
});

test("pixels go together with themselves, brighter or darker, and against their negative", () => {
  const a = [3, 9, 4, 12, 7];
  expect(
    pixelCorrelation(
      a,
      a.map((v) => 2 * v + 5),
    ),
  ).toBeCloseTo(1, 12);
  expect(
    pixelCorrelation(
      a,
      a.map((v) => 20 - v),
    ),
  ).toBeCloseTo(-1, 12);
  expect(pixelCorrelation(a, [1, 1, 1, 1, 1])).toBeNaN();
});

test("bits of dHash do not count where both pictures are nearly flat, and count where one has an edge", () => {
  // 8 rows of 9 pixels need no scaling; each row rises and falls in turn by `step`
  const waves = (step: number) => ({
    ...{height: 8, width: 9},
    pixels: Uint8Array.from({length: 72}, (_, p) => 100 + step * ((p % 9) % 2)),
  });
  const [plain, noise, edges] = [0, 2, 3].map((step) => dHashOf(waves(step)));
  expect(dHashOf(waves(3)).hash).toEqual(dHash(waves(3)));
  // four of eight steps of each row rise
  expect(bitsApart(plain.hash, noise.hash)).toBe(32);
  expect(bitsApartBut(plain.hash, noise.hash, [plain.flat, noise.flat])).toBe(0);
  expect(bitsApartBut(plain.hash, edges.hash, [plain.flat, edges.flat])).toBe(32);
});
