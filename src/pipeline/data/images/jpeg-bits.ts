import type {UserError} from "../../../nouns/options";
import {type HuffmanTable, SHORT_CODE} from "./jpeg-huffman";

/**
 * Reads the bits of a scan's compressed data (ITU-T T.81, F.2.2.5 and B.1.1.5): a byte of ff is followed by 00, which
 * is left out; any other byte after it is a marker, which ends the data up to a restart.
 */
export class JpegBits {
  /** The bytes up to the next marker, without the 00 after each ff, and four of 0. */
  private clean = new Uint8Array(0);
  private bits = 0;
  /** The next bit. */
  private at = 0;
  /** The place of the marker that ends these bytes. */
  private marker = 0;

  constructor(
    private readonly bytes: Uint8Array,
    start: number,
    private readonly damaged: (got: string) => UserError,
  ) {
    this.open(start);
  }

  /** Reads one code. @returns Its symbol. */
  symbol(table: HuffmanTable): number {
    const next = this.peek();
    const found = table.short[next >> (16 - SHORT_CODE)];
    if (found > 0) {
      this.skip(found >> 8);
      return found & 255;
    }
    for (let length = SHORT_CODE + 1; length <= 16; length++) {
      if (next >= table.limit[length]) continue;
      this.skip(length);
      return table.symbols[(next >> (16 - length)) + table.offset[length]];
    }
    throw this.damaged("a code that its Huffman table does not have");
  }

  /** Reads a number of `count` bits, at most 16. */
  take(count: number): number {
    const value = this.peek() >> (16 - count);
    this.skip(count);
    return value;
  }

  skip(count: number): void {
    this.at += count;
    if (this.at > this.bits) throw this.damaged("one with rows missing: its data end too early");
  }

  /** Continues after restart marker `number`, 0 to 7, which must be here. */
  restart(number: number): void {
    this.checkEnd();
    const found = this.bytes[this.marker + 1];
    if (found !== 0xd0 + number) throw this.damaged("a restart marker missing, or out of order");
    this.open(this.marker + 2);
  }

  /** Checks that everything was read. @returns The place of the marker after the data. */
  finish(): number {
    this.checkEnd();
    return this.marker;
  }

  /** The next 16 bits; 0 past the end. */
  private peek(): number {
    const [byte, shift] = [this.at >> 3, 8 - (this.at & 7)];
    const {clean} = this;
    return (((clean[byte] << 16) | (clean[byte + 1] << 8) | clean[byte + 2]) >> shift) & 0xffff;
  }

  /** Less than a byte may be left over: the bits that fill up the last byte. */
  private checkEnd(): void {
    if (this.bits - this.at >= 8) throw this.damaged("more data than its rows need");
  }

  private open(start: number): void {
    const {bytes} = this;
    let end = start;
    let stuffed = 0;
    for (; ; end++) {
      end = bytes.indexOf(0xff, end);
      if (end < 0) throw this.damaged("one that breaks off before its end");
      if (bytes[end + 1] !== 0) break;
      stuffed++;
    }
    const last = end;
    while (bytes[end + 1] === 0xff) end++; // fill bytes may come before a marker
    if (end + 1 >= bytes.length) throw this.damaged("one that breaks off before its end");
    if (bytes[end + 1] === 0) throw this.damaged(`no marker where one must be, at byte ${end}`);
    const clean = new Uint8Array(last - start - stuffed + 4);
    let to = 0;
    for (let from = start; from < last; ) {
      const ff = bytes.indexOf(0xff, from);
      const stop = ff < 0 || ff >= last ? last : ff + 1;
      clean.set(bytes.subarray(from, stop), to);
      to += stop - from;
      from = stop < last ? stop + 1 : last;
    }
    this.clean = clean;
    this.bits = 8 * to;
    this.at = 0;
    this.marker = end;
  }
}
