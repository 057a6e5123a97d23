import {close, type Stats} from "node:fs";

import {UserError} from "../../../nouns/options";
import {systemReason} from "../../../nouns/system-errors";
import type {FileStamp, RowsFailure} from "./read-rows";
import {readRows} from "./thread";

/** Pictures of one size that are read from a file as they are needed. Each picture is a row of bytes. */
export interface StoredRows {
  /** How many bytes a picture has. */
  readonly size: number;
  /**
   * Reads the pictures at `places`, one after another.
   *
   * @param into A buffer for bytes; or for numbers from 0 to 1, `byte / 255`.
   * @throws UserError if the file was changed since it was opened, or cannot be read.
   */
  read(places: ArrayLike<number>, into: Uint8Array | Float32Array): Promise<void>;
}

export interface RowsFile {
  /** The path of the file, for errors, and its number, which is closed when nobody can read the rows any more. */
  readonly path: string;
  readonly file: number;
  /** Its size and time of change when it was opened; absent if nobody else can change it. */
  readonly state?: FileStamp;
  readonly size: number;
  /**
   * Where the row at a place begins, and how many bytes it has in the file: `size`, or a third of it if the row is
   * grey.
   */
  startOf(place: number): number;
  lengthOf(place: number): number;
}

/** How many bytes of shared memory there are for the answer to one question; a larger picture gets what it needs. */
const ROOM = 2 ** 22;
/** How many questions the thread may have at once; each has its own memory. */
const ROOMS = 3;

/** Files whose rows nobody can read any more are closed. */
const unread = new FinalizationRegistry<number>((file) => close(file, () => undefined)); // it was only read

/** The rows of an open file. From now on, the file belongs to them. */
export function storedRows({path, file, state, size, startOf, lengthOf}: RowsFile): StoredRows {
  const rooms: SharedArrayBuffer[] = [];
  const waiting: ((room: SharedArrayBuffer) => void)[] = [];
  let made = 0;
  const room = (): Promise<SharedArrayBuffer> | SharedArrayBuffer => {
    const free = rooms.pop();
    if (free) return free;
    if (made < ROOMS) {
      made++;
      return new SharedArrayBuffer(Math.max(ROOM, 4 * size));
    }
    return new Promise((resolve) => {
      waiting.push(resolve);
    });
  };
  const giveBack = (one: SharedArrayBuffer) => {
    const next = waiting.shift();
    if (next) next(one);
    else rooms.push(one);
  };
  const rows: StoredRows = {
    size,
    async read(places, into) {
      const asShares = into instanceof Float32Array;
      const atOnce = Math.max(1, Math.floor(ROOM / (size * into.BYTES_PER_ELEMENT)));
      const part = async (from: number) => {
        const chosen = Array.from({length: Math.min(atOnce, places.length - from)}, (_, n) => places[from + n]);
        const own = await room();
        try {
          const starts = Float64Array.from(chosen, startOf);
          const lengths = Uint32Array.from(chosen, lengthOf);
          const question = {file, starts, lengths, size, asShares, room: own, ...(state ? {state} : {})};
          const failure = await readRows(question);
          if (failure) throw errorOf(path, failure);
          const length = chosen.length * size;
          into.set(asShares ? new Float32Array(own, 0, length) : new Uint8Array(own, 0, length), from * size);
        } finally {
          giveBack(own);
        }
      };
      const parts = Array.from({length: Math.ceil(places.length / atOnce)}, (_, n) => part(n * atOnce));
      await Promise.all(parts);
      live.has(rows); // until here the file must stay open
    },
  };
  live.add(rows);
  unread.register(rows, file);
  return rows;
}

const live = new WeakSet<StoredRows>();

/** A file's size and time of change, which show whether it was changed. */
export function stampOf({size, mtimeMs}: Stats): FileStamp {
  return {bytes: size, changed: mtimeMs};
}

function errorOf(path: string, {got, code, message}: RowsFailure): UserError {
  if (got) return new UserError(`${path}: expected the file as it was when the run began, got one that was changed`);
  const reason = systemReason({code}, "read") ?? message;
  return new UserError(`${path}: expected to read it, got ${reason}`);
}
