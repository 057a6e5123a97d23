/** A question to the reading thread: rows of one file, which it puts one after another into shared memory. */
export interface RowsQuestion {
  /** The open file, as the system numbers it: the threads of a process share their files. */
  readonly file: number;
  /** Its size and time of change when it was opened; absent if nobody else can change it. */
  readonly state?: FileStamp;
  /**
   * The place in the file where each row begins, and how many bytes it has there: `size`, or a third of it if it is
   * grey.
   */
  readonly starts: Float64Array;
  readonly lengths: Uint32Array;
  /** How many bytes a row has in the answer. */
  readonly size: number;
  /** Whether the answer is numbers from 0 to 1, `byte / 255`; otherwise it is the bytes. */
  readonly asShares: boolean;
  readonly room: SharedArrayBuffer;
}

export interface FileStamp {
  readonly bytes: number;
  readonly changed: number;
}

/** Why rows were not read: what was found in their place, or the error of the system. */
export interface RowsFailure {
  readonly got?: "another time" | "fewer bytes";
  readonly code?: string;
  readonly message?: string;
}

/**
 * Gives the function that the thread reads with. Its source text is what the thread is started with (thread.ts), so it
 * names nothing outside itself.
 *
 * Rows that follow each other in the file are read at once. A grey row has a third of the size; in the answer, each of
 * its bytes is written three times.
 */
export function openRowReader({
  readSync,
  fstatSync,
}: Pick<typeof import("node:fs"), "readSync" | "fstatSync">): (question: RowsQuestion) => RowsFailure | undefined {
  const AT_ONCE = 2 ** 20;
  const shares = Float32Array.from({length: 256}, (_, byte) => byte / 255);
  let bytes = new Uint8Array(AT_ONCE);
  return ({file, state, starts, lengths, size, asShares, room}) => {
    try {
      if (state) {
        const {size: now, mtimeMs} = fstatSync(file);
        if (now !== state.bytes || mtimeMs !== state.changed) return {got: "another time"};
      }
      const answer = asShares ? new Float32Array(room) : new Uint8Array(room);
      let to = 0;
      for (let row = 0; row < starts.length; ) {
        let length = lengths[row];
        let next = row + 1;
        while (next < starts.length && starts[next] === starts[row] + length && length + lengths[next] <= AT_ONCE) {
          length += lengths[next++];
        }
        if (bytes.length < length) bytes = new Uint8Array(length);
        for (let got = 0; got < length; ) {
          const more = readSync(file, bytes, got, length - got, starts[row] + got);
          if (more === 0) return {got: "fewer bytes"};
          got += more;
        }
        for (let from = 0; row < next; from += lengths[row++]) {
          if (lengths[row] === size) {
            if (asShares) for (let i = 0; i < size; i++) answer[to++] = shares[bytes[from + i]];
            else for (let i = 0; i < size; i++) answer[to++] = bytes[from + i];
            continue;
          }
          for (let i = 0; i < lengths[row]; i++) {
            const value = asShares ? shares[bytes[from + i]] : bytes[from + i];
            answer[to] = value;
            answer[to + 1] = value;
            answer[to + 2] = value;
            to += 3;
          }
        }
      }
      return undefined;
    } catch (error) {
      const {code, message} = error as NodeJS.ErrnoException;
      return {...(code === undefined ? {} : {code}), message};
    }
  };
}
