import fc from "fast-check";
import {expect, test} from "vitest";
import {crc32c, maskedCrc32c} from "../../../src/pipeline/record/tensorboard/crc32c";

const ascending = Uint8Array.from({length: 32}, (_, i) => i);

test.each([
  ["123456789", Buffer.from("123456789"), 0xe3069283],
  ["32 zeros", new Uint8Array(32), 0x8a9136aa],
  ["32 × 0xff", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["0 to 31", ascending, 0x46dd794e],
  ["31 to 0", ascending.slice().reverse(), 0x113fdb5c],
  ["nothing", new Uint8Array(0), 0],
])("gives RFC 3720's checksum of %s", (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

test("is the remainder of the division, bit by bit, at every length and from every place", () => {
  const divided = (bytes: Uint8Array) => {
    let crc = 0xffffffff;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
    return ~crc >>> 0;
  };
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 100}), fc.nat({max: 9}), (bytes, start) => {
      expect(crc32c(bytes.subarray(start))).toBe(divided(bytes.subarray(start)));
    }),
  );
});

test("notices any one flipped bit", () => {
  fc.assert(
    fc.property(fc.uint8Array({minLength: 1, maxLength: 40}), fc.nat(), (bytes, place) => {
      const flipped = bytes.slice();
      flipped[(place >> 3) % bytes.length] ^= 1 << (place & 7);
      expect(crc32c(flipped)).not.toBe(crc32c(bytes));
    }),
  );
});

test("is a mask that undoes as TensorFlow's crc32c::Unmask does", () => {
  const rotated = (maskedCrc32c(Buffer.from("123456789")) - 0xa282ead8) >>> 0;
  expect(((rotated >>> 17) | (rotated << 15)) >>> 0).toBe(0xe3069283);
});
