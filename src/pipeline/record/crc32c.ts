/** Remainders of the 256 bytes by the Castagnoli polynomial 0x1EDC6F41, bits reversed. */
const TABLE = Uint32Array.from({length: 256}, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
  return remainder;
});

/**
 * CRC-32C (Castagnoli 1993; RFC 3720 appendix B.4), which TensorFlow's record files use. `zlib.crc32` is another
 * polynomial (IEEE 802.3), so it will not do.
 */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** A checksum as TensorFlow stores it: turned and shifted, so that the checksum of data that hold checksums stays good. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
