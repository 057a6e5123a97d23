/**
 * A number for each picture, which equal pictures share and different ones hardly ever do: a hash of 53 bits of its
 * values.
 *
 * @param values `[count, size]`.
 */
export function pictureKeys(values: Float32Array, count: number): Float64Array {
  const size = values.length / count;
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const keys = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    let [a, b] = [0x811c9dc5, 0x9e3779b9];
    for (let at = n * size; at < (n + 1) * size; at++) {
      const word = words[at];
      a = Math.imul(a ^ word, 0x01000193) ^ (a >>> 15);
      b = Math.imul(b ^ (word >>> 7) ^ word, 0x85ebca6b) ^ (b >>> 13);
    }
    keys[n] = (a >>> 11) * 2 ** 32 + (b >>> 0);
  }
  return keys;
}
