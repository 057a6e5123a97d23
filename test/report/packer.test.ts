import fc from "fast-check";
import {expect, test} from "vitest";
import {randomSource} from "../../src/nouns/random";
import {reduced} from "../../src/numbers/reduced-images";
import {predictions} from "../../src/report/client/derive";
import {fractions, mapTiles, packer} from "../../src/report/packer";
import {reduction} from "../../src/report/page-budget";

test("packs arrays at multiples of 4 bytes, and says where", () => {
  const pack = packer();
  const first = pack.add(Uint8Array.of(1, 2, 3), [3]);
  const second = pack.add(Uint16Array.of(4, 5), [1, 2], 0.5);
  expect(first).toEqual({dtype: "u8", shape: [3], offset: 0});
  expect(second).toEqual({dtype: "u16", shape: [1, 2], offset: 4, scale: 0.5});
  expect([...Buffer.concat(pack.parts)]).toEqual([1, 2, 3, 0, 4, 0, 5, 0]);
});

test("keeps equal arrays once, in place for each of their types", () => {
  const pack = packer();
  const segments = pack.add(Uint16Array.of(513, 0), [2]);
  const other = pack.add(Uint8Array.of(7, 7), [2]);
  const again = pack.add(Uint8Array.of(1, 2, 0, 0), [2, 2]);
  expect([segments.offset, other.offset, again.offset]).toEqual([0, 4, 0]);
  expect(again).toEqual({dtype: "u8", shape: [2, 2], offset: 0});
  expect([...Buffer.concat(pack.parts)]).toEqual([1, 2, 0, 0, 7, 7, 0, 0]);
});

test("refuses a shape that does not hold the numbers", () => {
  expect(() => packer().add(new Uint8Array(5), [2, 3])).toThrow("expected 2 × 3 = 6 numbers, got 5");
});

test("keeps probabilities to two steps of 1/65535, and never makes one sure or impossible", () => {
  fc.assert(
    fc.property(fc.double({min: 0, max: 1, noNaN: true}), (p) => {
      const [kept] = fractions([p], 1);
      expect(Math.abs(kept / 65535 - p)).toBeLessThanOrEqual(2 / 65535);
      expect([kept === 65535, kept === 0]).toEqual([p === 1, p === 0]);
    }),
  );
});

test("keeps each row's answer, however near another class comes", () => {
  const near = fc.array(fc.double({min: 0.2, max: 0.20003, noNaN: true}), {minLength: 4, maxLength: 4});
  fc.assert(
    fc.property(near, (row) => {
      const {predicted} = predictions(fractions(row, 4), 4, 1 / 65535);
      expect(predicted[0]).toBe(row.indexOf(Math.max(...row)));
    }),
  );
});

test("scales each image's map by its own greatest magnitude, and leaves a blank one blank", () => {
  expect([...mapTiles([0.5, -1, 0, 0, 20, 10], 3, 2, true)]).toEqual([64, -127, 0, 0, 127, 64]);
  expect([...mapTiles([0.5, -1, 0, 0, 20, 10], 3, 2, false)]).toEqual([128, 255, 0, 0, 255, 128]);
});

test("rounds every share of the peak to the nearest step, a half upwards", () => {
  const random = randomSource(3);
  const halves = Array.from({length: 254}, (_, n) => (n - 127) / 254 + 1 / 508);
  const values = Float32Array.from([-1, ...halves, ...Array.from({length: 2000}, () => 2 * random() - 1)]);
  for (const peak of [1, 254, 0.7]) {
    const scaled = values.map((value) => value * peak);
    const most = Math.fround(peak);
    const signed = Array.from(scaled, (value) => Math.round((value / most) * 127) | 0); // -0 is 0 in an array of bytes
    const sizes = Array.from(scaled, (value) => Math.round((Math.abs(value) / most) * 255));
    expect([...mapTiles(scaled, 1, scaled.length, true)]).toEqual(signed);
    expect([...mapTiles(scaled, 1, scaled.length, false)]).toEqual(sizes);
  }
});

test("joins channels by the one of greatest magnitude", () => {
  expect([...mapTiles([0.1, -1, 0.2, 0.5, 0, 0.4], 1, 2, true)]).toEqual([-127, 64]);
});

test("keeps all of MNIST's pixels, and fewer of larger images", () => {
  expect(reduction(10_000, 28, 28, 1)).toBe(1);
  expect(reduction(10_000, 32, 32, 3)).toBe(2);
  expect(reduction(1000, 224, 224, 3)).toBe(4);
});

test("averages blocks, and what is left of them at the edge", () => {
  const pixels = Uint8Array.of(0, 10, 100, 20, 30, 200, 7, 9, 50);
  expect([...reduced(pixels, [1, 3, 3, 1], 2)]).toEqual([15, 150, 8, 50]);
});
