/**
 * FNV-1a over the bytes of all weights, as 8 hexadecimal digits. It shows whether two machines have ended with the same
 * bits.
 */
export function hashOf(weights: Float32Array): string {
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
