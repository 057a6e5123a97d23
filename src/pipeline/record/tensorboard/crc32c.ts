/**
 * `[k * 256 + byte]`: the remainder of a byte followed by k zero bytes, divided by the Castagnoli polynomial 0x1EDC6F41
 * with its bits reversed. The numbers are signed, because signed 32-bit numbers need no conversion.
 */
const REMAINDERS = new Int32Array(8 * 256);
for (let byte = 0; byte < 256; byte++) {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
  REMAINDERS[byte] = remainder;
}
for (let i = 256; i < REMAINDERS.length; i++) {
  REMAINDERS[i] = (REMAINDERS[i - 256] >>> 8) ^ REMAINDERS[REMAINDERS[i - 256] & 0xff];
}

/**
 * CRC-32C (Castagnoli 1993; RFC 3720 appendix B.4), which TensorFlow's record files use. `zlib.crc32` uses another
 * polynomial (IEEE 802.3), so it cannot be used. This takes eight bytes at a time (Kounavis and Berry 2005, A
 * Systematic Approach to Building High Performance, Software-based, CRC Generators): an epoch's pictures are megabytes.
 */
export function crc32c(bytes: Uint8Array): number {
  const of = REMAINDERS;
  let crc = -1;
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) {
    const first = crc ^ (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24));
    crc =
      of[0x700 + (first & 0xff)] ^
      of[0x600 + ((first >>> 8) & 0xff)] ^
      of[0x500 + ((first >>> 16) & 0xff)] ^
      of[0x400 + (first >>> 24)] ^
      of[0x300 + bytes[at + 4]] ^
      of[0x200 + bytes[at + 5]] ^
      of[0x100 + bytes[at + 6]] ^
      of[bytes[at + 7]];
  }
  for (; at < bytes.length; at++) crc = of[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/**
 * A checksum in the form in which TensorFlow stores it: rotated and increased by a constant, so that checksums of data
 * that contain checksums still work.
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
