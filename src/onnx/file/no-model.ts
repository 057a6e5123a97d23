/** Field numbers of onnx.proto's ModelProto, and the wire types that they have in a file. */
const FIELDS: {readonly [number: number]: number} = {
  1: 0,
  2: 2,
  3: 2,
  4: 2,
  5: 0,
  6: 2,
  7: 2,
  8: 2,
  14: 2,
  20: 2,
  25: 2,
  26: 2,
};

/**
 * Describes bytes that are not a complete ONNX model, in words that follow "expected an ONNX file, got …": the start of
 * a model that was cut off, a pointer file of Git LFS, or something else, by its first bytes.
 */
export function whatInstead(bytes: Uint8Array): string {
  const start = new TextDecoder().decode(bytes.subarray(0, 40));
  if (start.startsWith("version https://git-lfs")) return "a pointer to one (git lfs pull fetches the file itself)";
  const fields = wholeFields(bytes);
  if (fields.isCut && (fields.count > 0 || bytes.length > 2))
    return `the first ${bytes.length} bytes of one, which goes on`;
  if (fields.count > 0 && !fields.isCut && fields.end === bytes.length) return "one without a graph that has outputs";
  const first = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `one that starts with ${first || "nothing"}`;
}

/** Reads the outermost fields as long as they belong to a model. */
function wholeFields(bytes: Uint8Array): {readonly count: number; readonly end: number; readonly isCut: boolean} {
  let [at, count] = [0, 0];
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) return Number.NaN;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    return Number.NaN;
  };
  while (at < bytes.length) {
    const begin = at;
    const tag = varint();
    if (FIELDS[Math.floor(tag / 8)] !== tag % 8) return {count, end: begin, isCut: false};
    const value = varint();
    const end = tag % 8 === 2 ? at + value : at;
    if (!(end <= bytes.length)) return {count, end: begin, isCut: true};
    at = end;
    count++;
  }
  return {count, end: at, isCut: false};
}
