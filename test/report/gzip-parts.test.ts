import {gunzipSync, gzipSync} from "node:zlib";
import {expect, test} from "vitest";

import {randomSource} from "../../src/nouns/random";
import {partsPacker} from "../../src/report/gzip-parts";

const random = randomSource(1);
const LARGE = Uint8Array.from({length: 200_000}, () => 4 * random());
const OTHER = Uint8Array.from({length: 70_000}, () => 256 * random());
const small = (n: number) => Uint8Array.from({length: 1000}, (_, i) => (i * n) % 7);

test("is a gzip file of the parts one after another, the first time and again with more", () => {
  const pack = partsPacker(4);
  for (const parts of [
    [],
    [small(1)],
    [LARGE, small(1), small(2), OTHER],
    [LARGE, small(1), small(2), OTHER, new Uint8Array(0), small(3), LARGE],
    [OTHER],
  ]) {
    expect(gunzipSync(pack(parts)).equals(Buffer.concat(parts))).toBe(true);
  }
});

test("takes hardly more bytes than the whole packed as one", () => {
  const parts = [LARGE, ...Array.from({length: 100}, (_, n) => small(n)), OTHER];
  expect(partsPacker(4)(parts).length).toBeLessThan(1.01 * gzipSync(Buffer.concat(parts), {level: 4}).length);
});

test("finds what repeats at a distance, where there is such, and takes fewer bytes for runs where there is not", () => {
  const pairs = new Uint8Array(Uint16Array.from(LARGE, (_, i) => 256 + Math.floor(i / 100)).buffer);
  const colour = Uint8Array.from({length: 100_000}, (_, i) => [200, 30, 90][i % 3]);
  const digits = Uint8Array.from({length: 100_000}, (_, i) => (i % 784 < 500 ? 0 : 256 * random()));
  for (const part of [pairs, colour]) expect(partsPacker(4)([part]).length).toBeLessThan(part.length / 50);
  expect(partsPacker(4)([digits]).length).toBeLessThan(1.005 * gzipSync(digits, {level: 4}).length);
});

test("gives the same bytes whatever it packed before", () => {
  const pack = partsPacker(4);
  pack([OTHER, LARGE]);
  const parts = [LARGE, small(5), OTHER];
  expect(pack(parts).equals(partsPacker(4)(parts))).toBe(true);
});
