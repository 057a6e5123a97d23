import fc from "fast-check";
import {expect, test} from "vitest";
import {crc32c, maskedCrc32c} from "../src/pipeline/record/crc32c";

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
