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
 * @param make A pure function of the two; nobody may change its result.
 */
export type Recall = <T>(path: string, by: string, make: (saved: Saved) => T) => T;

/** Something done with a memory: what is not recalled in the course of it is forgotten. */
export type FileMemory = <R>(act: (recall: Recall) => R) => R;

interface Known {
  readonly made: unknown;
  readonly bytes: number;
  readonly files: readonly FileState[];
}

/** Bytes of what is made of an epoch's files, as often as a page carries MNIST's epochs. */
const MOST = 80e6;

/**
 * A memory of what was made of files: a report after every epoch then costs what is new. Results do not depend on it.
 *
 * @param most Bytes that it keeps, the first; what is beyond is made again each time.
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

/** @throws UserError that names the file, if what it holds is not what is read there. */
function asSaved<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof UserError || isOfSystem(error)) throw error;
    throw new UserError(`${path}: expected the content that the run saved, got something else`, {cause: error});
  }
}

/** About what a value takes: arrays' buffers whole, 8 bytes for anything else and for its place. */
function bytesOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return 100 + value.buffer.byteLength;
  if (typeof value === "string") return 16 + 2 * value.length;
  if (typeof value !== "object" || value === null) return 8;
  let bytes = 16;
  for (const inner of Object.values(value)) bytes += 8 + bytesOf(inner);
  return bytes;
}
