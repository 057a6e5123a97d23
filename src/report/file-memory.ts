import {UserError} from "../nouns/options";
import {type FileState, isUnchanged} from "../pipeline/record/file-state";
import {readSavedFiles} from "../pipeline/record/saved-file";

/** The data that a probe saved beside its picture; they are checked where they are used. */
export interface Saved {
  readonly data: {readonly [name: string]: unknown};
  readonly numbers?: {readonly [name: string]: unknown};
}

/**
 * Computes something from a saved file; if the file has not changed since the last time, returns the earlier result.
 *
 * @param by Everything else on which the result depends.
 * @param make A pure function of both; its result must not be changed.
 */
export type Recall = <T>(path: string, by: string, make: (saved: Saved) => T) => T;

/** Work with a memory. Results that are not used during this work are forgotten. */
export type FileMemory = <R>(act: (recall: Recall) => R) => R;

interface Known {
  readonly made: unknown;
  readonly bytes: number;
  readonly files: readonly FileState[];
}

/** How many bytes are made from the files of one epoch of MNIST, times the number of epochs that a page carries. */
const MOST = 80e6;

/**
 * A memory of the results that were made from files, so that a report after every epoch only costs the work for new
 * files. The results do not depend on it.
 *
 * @param most How many bytes it keeps; results beyond that are made again each time.
 */
export function fileMemory(most = MOST): FileMemory {
  let known = new Map<string, Known>();
  return (act) => {
    const used = new Map<string, Known>();
    let bytes = 0;
    const recall: Recall = (path, by, make) => {
      const key = `${by} ${path}`;
      let it = known.get(key);
      if (!it?.files.every(isUnchanged)) {
        it = asSaved(path, () => {
          const {value, files} = readSavedFiles(path);
          const made = make(value as Saved);
          return {made, bytes: bytesOf(made), files};
        });
      }
      if (bytes + it.bytes <= most && it.files.every(({settled}) => settled)) {
        used.set(key, it);
        bytes += it.bytes;
      }
      return it.made as ReturnType<typeof make>;
    };
    const result = act(recall);
    known = used;
    return result;
  };
}

function isOfSystem(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).errno !== undefined;
}

/** @throws UserError that names the file, if it does not contain what is expected there. */
function asSaved<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof UserError || isOfSystem(error)) throw error;
    throw new UserError(`${path}: expected the content that the run saved, got something else`, {cause: error});
  }
}

/**
 * About how many bytes a value takes: all bytes of arrays' buffers, and 8 bytes for anything else and for its place.
 */
function bytesOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return 100 + value.buffer.byteLength;
  if (typeof value === "string") return 16 + 2 * value.length;
  if (typeof value !== "object" || value === null) return 8;
  let bytes = 16;
  for (const inner of Object.values(value)) bytes += 8 + bytesOf(inner);
  return bytes;
}
