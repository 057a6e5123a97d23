import {expect, test} from "vitest";
import {fork} from "../../../src/nouns/random";
import {fromHalf, toHalf} from "../../../src/pipeline/model/load/half";

test("halves have the values that IEEE 754 gives them", () => {
  const known = {0: 0, 15360: 1, 49152: -2, 31743: 65504, 1: 2 ** -24, 1024: 2 ** -14, 13653: 0.333251953125};
  for (const [bits, value] of Object.entries(known)) expect(fromHalf(Number(bits))).toBe(value);
  expect([fromHalf(0x7c00), fromHalf(0xfc00), fromHalf(0x7e00)]).toEqual([Infinity, -Infinity, Number.NaN]);
});

test("every half goes to itself and back", () => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = fromHalf(bits);
    if (!Number.isNaN(value)) expect(toHalf(value)).toBe(bits);
  }
  expect(fromHalf(toHalf(Number.NaN))).toBeNaN();
});

test("a number goes to the nearest half, of two as near to the even one", () => {
  const random = fork(1, "halves");
  for (let i = 0; i < 20_000; i++) {
    const value = (random() < 0.5 ? -1 : 1) * 2 ** (40 * random() - 25) * (1 + random());
    const bits = toHalf(value);
    const error = Math.abs(fromHalf(bits) - value);
    for (const other of [bits - 1, bits + 1]) {
      if ((other & 0x8000) === (bits & 0x8000) && (other & 0x7c00) < 0x7c00 && Number.isFinite(error)) {
        expect(Math.abs(fromHalf(other) - value)).toBeGreaterThanOrEqual(error);
      }
    }
  }
  expect([toHalf(65519.9), toHalf(65520), toHalf(-1e9)]).toEqual([0x7bff, 0x7c00, 0xfc00]);
  expect([toHalf(1 + 2 ** -11), toHalf(1 + 3 * 2 ** -11)]).toEqual([0x3c00, 0x3c02]); // halfway: to even
});
