import {join} from "node:path";
import {createGunzip} from "node:zlib";

import {UserError} from "../../../nouns/options";
import {inBytes, readIfThere} from "../read-file";
import {idxHeader} from "./idx";

/** The four files of MNIST and of the data sets that use its form (Fashion-MNIST, KMNIST, EMNIST). */
export const IDX_FILES = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/**
 * The most bytes of a file that is read completely. Files of images may be larger, and are then read as they are
 * needed.
 */
const MOST_BYTES = 2 ** 31;
/** How many bytes a header with the most dimensions has. */
export const LONGEST_HEADER = 4 + 4 * 255;
/** How many bytes are unpacked before it checks again whether the user has interrupted it. */
const CHUNK = 2 ** 20;

/**
 * Reads one of the four files, plain or as .gz: `train-images-idx3-ubyte`, or with a dot before `idx`, as in some data
 * sets. It unpacks only as many bytes as the file's own header promises.
 *
 * @returns The file that was read, for errors, and its bytes, unpacked.
 * @throws UserError if there is none, or if it is too large or damaged. @throws The signal's reason.
 */
export async function readIdxFile(
  folder: string,
  name: string,
  signal?: AbortSignal,
): Promise<{readonly file: string; readonly bytes: Uint8Array}> {
  for (const file of formsOf(name)) {
    const path = join(folder, file);
    const bytes = await readIfThere(path, {most: MOST_BYTES, signal});
    if (!bytes) continue;
    return {file: path, bytes: isPacked(file) ? await unpacked(bytes, path, signal) : bytes};
  }
  throw new UserError(`${join(folder, name)}: expected the file, or ${name}.gz, got neither`);
}

export function isPacked(file: string): boolean {
  return file.endsWith(".gz");
}

/** The names that a file may have. */
export function formsOf(name: string): readonly string[] {
  return [name, name.replace("-idx", ".idx")].flatMap((plain) => [plain, `${plain}.gz`]);
}

/** Tells by a file's name which of the four files it is. */
export function idxNameOf(file: string): (typeof IDX_FILES)[number] | undefined {
  return IDX_FILES.find((name) => formsOf(name).includes(file));
}

/** Unpacks a .gz in chunks: the header comes first, and says how many bytes there must be. */
async function unpacked(packed: Uint8Array, path: string, signal?: AbortSignal): Promise<Uint8Array> {
  const gunzip = createGunzip({chunkSize: CHUNK});
  gunzip.end(packed);
  let start: Uint8Array = new Uint8Array(0); // until the header is there
  let bytes: Uint8Array | undefined;
  let length = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
      signal?.throwIfAborted();
      length += chunk.length;
      if (bytes) {
        if (length <= bytes.length) bytes.set(chunk, length - chunk.length);
      } else {
        start = Buffer.concat([start, chunk]);
        if (start.length < LONGEST_HEADER) continue;
        bytes = roomFor(start, path);
        bytes.set(start.subarray(0, bytes.length));
      }
      if (length > bytes.length) {
        throw new UserError(`${path}: expected ${bytes.length} bytes unpacked, as its header says, got more`);
      }
    }
  } catch (error) {
    if (error instanceof UserError || signal?.aborted) throw error;
    throw new UserError(`${path}: expected a whole gzip file, got ${(error as Error).message}`);
  }
  return bytes?.subarray(0, length) ?? start;
}

/** Room for everything that the header promises. */
function roomFor(start: Uint8Array, path: string): Uint8Array {
  const {total, shape} = idxHeader(start, path);
  if (total <= MOST_BYTES) return new Uint8Array(total);
  throw new UserError(`${path}: expected at most ${inBytes(MOST_BYTES)}, got ${inBytes(total)} for shape [${shape}]`);
}
