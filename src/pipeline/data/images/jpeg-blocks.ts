import type {UserError} from "../../../nouns/options";
import type {JpegBits} from "./jpeg-bits";
import type {HuffmanTable} from "./jpeg-huffman";

/** A component of a frame, and what its scans have given so far. */
export interface Component {
  readonly id: number;
  readonly across: number;
  readonly down: number;
  /** How many blocks a row has, and how many rows there are, in a scan of this component alone. */
  readonly columns: number;
  readonly rows: number;
  /** How many blocks a row has in scans of several components, which contain whole units. */
  readonly stride: number;
  /** For each coefficient, the lowest bit that has come so far, or -1 before the first. */
  readonly lowest: Int8Array;
  /**
   * For progressive frames, two numbers for each block: bit k % 32 of number k >> 5 says that coefficient k is not 0.
   */
  readonly known: Uint32Array;
}

/** A scan header (B.2.3): which coefficients the scan holds, and which of their bits. */
export interface Scan {
  readonly from: number;
  readonly to: number;
  /** The bit before the lowest that came before, or 0 for the first scan of these coefficients. */
  readonly before: number;
  readonly lowest: number;
  readonly members: readonly {readonly component: Component; readonly dc?: HuffmanTable; readonly ac?: HuffmanTable}[];
}

export type Member = Scan["members"][number];

/**
 * The most bits of a coefficient of 8-bit samples: for the first coefficient of a block, and for the others (F.1.2.1,
 * F.1.2.2).
 */
const [MOST_DC_BITS, MOST_AC_BITS] = [11, 10];

type Damaged = (got: string) => UserError;

/** Reads a scan's blocks, one after another; no coefficient is kept. */
export interface BlockReader {
  read(member: Member, block: number): void;
  /** Begins again after a restart marker. */
  restart(): void;
  /** Checks that nothing is left over. */
  finish(): void;
}

/** Reads blocks in the form of F.2.2: a difference, then runs of zeros, each followed by a coefficient. */
export function sequentialReader(bits: JpegBits, damaged: Damaged): BlockReader {
  return {
    read({dc, ac}) {
      skipDc(bits, dc!, damaged); // `scanOf` checks that both are there
      for (let k = 1; k < 64; k++) {
        const symbol = bits.symbol(ac!);
        const [run, size] = [symbol >> 4, symbol & 15];
        if (size === 0 && run !== 15) return;
        k += run;
        if (size === 0) continue;
        if (k > 63 || size > MOST_AC_BITS) throw damaged("a block of impossible coefficients");
        bits.skip(size);
      }
    },
    restart() {},
    finish() {},
  };
}

/** The first coefficient of a block: its number of bits, then the bits. */
function skipDc(bits: JpegBits, table: HuffmanTable, damaged: Damaged): void {
  const size = bits.symbol(table);
  if (size > MOST_DC_BITS) throw damaged("a block of impossible coefficients");
  bits.skip(size);
}

/** Reads blocks in the form of G.1.2 and G.2: the first bits of some coefficients, or one more bit of each. */
export function progressiveReader(scan: Scan, bits: JpegBits, damaged: Damaged): BlockReader {
  const {from, to, before} = scan;
  let blocksWithout = 0; // how many of the next blocks end at once
  const endOfBand = (run: number) => {
    blocksWithout = (1 << run) + bits.take(run);
  };
  const first = ({ac, component: {known}}: Member, block: number) => {
    if (blocksWithout > 0) return void blocksWithout--;
    for (let k = from; k <= to; k++) {
      const symbol = bits.symbol(ac!);
      const [run, size] = [symbol >> 4, symbol & 15];
      if (size === 0 && run !== 15) {
        endOfBand(run);
        return void blocksWithout--;
      }
      k += run;
      if (size === 0) continue;
      if (k > to || size > MOST_AC_BITS) throw damaged("a block of impossible coefficients");
      bits.skip(size);
      known[2 * block + (k >> 5)] |= 1 << (k & 31);
    }
  };
  const refine = ({ac, component: {known}}: Member, block: number) => {
    const isKnown = (k: number) => (known[2 * block + (k >> 5)] >>> (k & 31)) & 1;
    let k = from;
    for (; blocksWithout === 0 && k <= to; k++) {
      const symbol = bits.symbol(ac!);
      const [run, size] = [symbol >> 4, symbol & 15];
      if (size > 1) throw damaged("a block of impossible coefficients");
      if (size === 0 && run !== 15) {
        endOfBand(run);
        break;
      }
      if (size === 1) bits.skip(1); // the sign of a new coefficient
      for (let zeros = run; k <= to; k++) {
        if (isKnown(k)) bits.skip(1);
        else if (zeros-- === 0) break;
      }
      if (size === 0) continue;
      if (k > to) throw damaged("a block of impossible coefficients");
      known[2 * block + (k >> 5)] |= 1 << (k & 31);
    }
    if (blocksWithout === 0) return;
    for (; k <= to; k++) if (isKnown(k)) bits.skip(1);
    blocksWithout--;
  };
  const read: BlockReader["read"] =
    from === 0 ? ({dc}) => (before === 0 ? skipDc(bits, dc!, damaged) : bits.skip(1)) : before === 0 ? first : refine;
  const nothingLeft = () => {
    if (blocksWithout > 0) throw damaged("blocks past the end of a scan");
  };
  return {read, restart: nothingLeft, finish: nothingLeft};
}
