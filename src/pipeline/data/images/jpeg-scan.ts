import {setImmediate} from "node:timers/promises";

import type {UserError} from "../../../nouns/options";
import {JpegBits} from "./jpeg-bits";
import {type Component, progressiveReader, type Scan, sequentialReader} from "./jpeg-blocks";
import type {HuffmanTable} from "./jpeg-huffman";

/** A frame header (ITU-T T.81, B.2.2). */
export interface JpegFrame {
  readonly height: number;
  readonly width: number;
  readonly isProgressive: boolean;
  readonly components: readonly {
    readonly id: number;
    /** How many blocks of the component a minimum coded unit has. */
    readonly across: number;
    readonly down: number;
  }[];
}

type Damaged = (got: string) => UserError;

export interface JpegScans {
  /**
   * Walks through a scan's compressed data, and checks that they give exactly its blocks.
   *
   * @param header The scan's, after its length.
   * @param at The place in `bytes` where the compressed data begin.
   * @returns The place where they end.
   */
  read(
    header: Uint8Array,
    bytes: Uint8Array,
    at: number,
    tables: ReadonlyMap<number, HuffmanTable>,
    restartInterval: number,
  ): Promise<number>;
  /** Checks that every component came, with all its bits. */
  finish(): void;
}

/** How many units are walked through without a pause: up to 30 ms. */
const UNITS_AT_ONCE = 2 ** 11;

/**
 * Walks through the scans of a frame; no pixel is made.
 *
 * @param damaged Makes the error from words about what is wrong.
 * @param signal Ends it. @throws The signal's reason.
 */
export function jpegScans(frame: JpegFrame, damaged: Damaged, signal?: AbortSignal): JpegScans {
  const most = (of: "across" | "down") => Math.max(...frame.components.map((component) => component[of]));
  const [mostAcross, mostDown] = [most("across"), most("down")];
  const unitColumns = Math.ceil(frame.width / (8 * mostAcross));
  const unitRows = Math.ceil(frame.height / (8 * mostDown));
  const components = frame.components.map(({id, across, down}): Component => {
    const stride = unitColumns * across;
    return {
      ...{id, across, down, stride},
      columns: Math.ceil(Math.ceil((frame.width * across) / mostAcross) / 8),
      rows: Math.ceil(Math.ceil((frame.height * down) / mostDown) / 8),
      lowest: new Int8Array(64).fill(-1),
      known: new Uint32Array(frame.isProgressive ? 2 * stride * unitRows * down : 0),
    };
  });
  return {
    async read(header, bytes, at, tables, restartInterval) {
      const scan = scanOf(header, frame, components, tables, damaged);
      const [only] = scan.members;
      const isAlone = scan.members.length === 1;
      const columns = isAlone ? only.component.columns : unitColumns;
      const units = columns * (isAlone ? only.component.rows : unitRows);
      const bits = new JpegBits(bytes, at, damaged);
      const readBlock = frame.isProgressive ? progressiveReader(scan, bits, damaged) : sequentialReader(bits, damaged);
      for (let unit = 0; unit < units; unit++) {
        if (restartInterval > 0 && unit > 0 && unit % restartInterval === 0) {
          bits.restart((unit / restartInterval - 1) % 8);
          readBlock.restart();
        }
        if (unit % UNITS_AT_ONCE === UNITS_AT_ONCE - 1) {
          await setImmediate(); // lets an abort signal arrive
          signal?.throwIfAborted();
        }
        const [row, column] = [Math.floor(unit / columns), unit % columns];
        for (const member of scan.members) {
          const {across, down, stride} = member.component;
          if (isAlone) readBlock.read(member, row * stride + column);
          else
            for (let b = 0; b < across * down; b++) {
              const y = row * down + Math.floor(b / across);
              readBlock.read(member, y * stride + column * across + (b % across));
            }
        }
      }
      readBlock.finish();
      return bits.finish();
    },
    finish() {
      const lacks = ({lowest}: Component) => lowest[0] !== 0 || lowest.some((bit) => bit > 0);
      if (components.some(lacks)) throw damaged("one without all its scans");
    },
  };
}

/** Reads the scan header, checks it against the frame, and notes the bits that it promises. */
function scanOf(
  header: Uint8Array,
  {isProgressive}: JpegFrame,
  components: readonly Component[],
  tables: ReadonlyMap<number, HuffmanTable>,
  damaged: Damaged,
): Scan {
  const count = header[0];
  if (!(count >= 1 && count <= components.length && header.length === 4 + 2 * count)) throw damaged("a damaged scan");
  const [from, to, bits] = header.subarray(1 + 2 * count);
  const [before, lowest] = [bits >> 4, bits & 15];
  const isBand = from === 0 ? to === 0 : from <= to && to < 64 && count === 1;
  const isRight = isProgressive
    ? isBand && (before === 0 || before === lowest + 1)
    : from === 0 && to === 63 && bits === 0;
  if (!isRight) throw damaged("a damaged scan");
  const members = Array.from({length: count}, (_, n) => {
    const [id, table] = header.subarray(1 + 2 * n);
    const component = components.find((one) => one.id === id);
    if (!component) throw damaged("a scan of an unknown component");
    for (let k = from; k <= to; k++) {
      const expected = before === 0 ? -1 : before;
      if (component.lowest[k] !== expected) throw damaged("scans that do not follow each other");
      component.lowest[k] = lowest;
    }
    const [dc, ac] = [tables.get(table >> 4), tables.get(0x10 | (table & 15))];
    const lacksDc = from === 0 && before === 0 && !dc;
    if (lacksDc || (to > 0 && !ac)) throw damaged("one without its Huffman tables");
    return {component, ...(dc ? {dc} : {}), ...(ac ? {ac} : {})};
  });
  return {from, to, before, lowest, members};
}
