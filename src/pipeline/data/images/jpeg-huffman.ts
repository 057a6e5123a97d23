/** Codes of at most this many bits are found by one look-up; longer codes, which are rare, by their length. */
export const SHORT_CODE = 9;

/** A Huffman table of a JPEG file (ITU-T T.81, annex C), made for reading. */
export interface HuffmanTable {
  /** For each value of the next 9 bits: the code's length times 256, plus its symbol; 0 if the code is longer. */
  readonly short: Uint16Array;
  /** For each length 1 to 16, the first 16 bits that belong to a longer code. */
  readonly limit: Int32Array;
  /** For each length of a code: add this number to the code to get the place of its symbol. */
  readonly offset: Int32Array;
  readonly symbols: Uint8Array;
}

/**
 * Makes the table from the number of codes of each length 1 to 16, and the symbols in order of their codes.
 *
 * @returns undefined if there are more codes than these lengths allow.
 */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable | undefined {
  const short = new Uint16Array(1 << SHORT_CODE);
  const [limit, offset] = [new Int32Array(17), new Int32Array(17)];
  let code = 0;
  let place = 0;
  for (let length = 1; length <= 16; length++) {
    offset[length] = place - code;
    for (let n = 0; n < counts[length - 1]; n++, code++, place++) {
      if (length > SHORT_CODE) continue;
      const first = code << (SHORT_CODE - length);
      short.fill((length << 8) | symbols[place], first, first + (1 << (SHORT_CODE - length)));
    }
    if (code > 1 << length) return undefined;
    limit[length] = code << (16 - length);
    code <<= 1;
  }
  return {short, limit, offset, symbols};
}
