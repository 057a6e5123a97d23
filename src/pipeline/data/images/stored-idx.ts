import type {Hash} from "node:crypto";
import {createReadStream, fstatSync, openSync, read} from "node:fs";
import {promisify} from "node:util";
import {createGunzip} from "node:zlib";

import {UserError} from "../../../nouns/options";
import {orUserErrorSync} from "../../../nouns/system-errors";
import type {DataProgress} from "../progress";
import {stampOf, storedRows} from "../stored/rows";
import {openTemporaryFile} from "../stored/temporary-file";
import {isPacked} from "./idx-file";
import type {StoredImages} from "./image-source";
import type {PeekedIdx} from "./peek-idx";

/** How many bytes are read and added to the digest at once. */
const CHUNK = 2 ** 22;

/**
 * Opens the images of an idx file to be read as they are needed: from the file itself; from a temporary file, if it is
 * a .gz. It reads the file once, for its digest, and yields its progress.
 *
 * @param hash Gets every byte, unpacked.
 * @param cacheFolder The folder in which the temporary file is made.
 * @throws UserError if the file is not as long as its header says. @throws The signal's reason.
 */
export async function* openStoredIdx(
  {path, header: {shape, length, total}}: PeekedIdx,
  {
    hash,
    cacheFolder,
    signal,
  }: {readonly hash: Hash; readonly cacheFolder: string; readonly signal?: AbortSignal | undefined},
): AsyncGenerator<DataProgress, {readonly shape: readonly number[]; readonly images: StoredImages}> {
  const [count, ...sides] = shape;
  const size = sides.reduce((product, side) => product * side, 1);
  const rowsOf = {size, startOf: (place: number) => length + place * size, lengthOf: () => size};
  const wrongLength = (got: number) =>
    new UserError(`${path}: expected ${total - length} values for shape [${shape}], got ${got - length}`);
  const progress = (done: number) => ({doing: `reading ${path.split(/[\\/]/).at(-1)}`, done, total});

  if (isPacked(path)) {
    const kept = await openTemporaryFile(cacheFolder, total);
    try {
      let done = 0;
      for await (const chunk of unpackedChunks(path, signal)) {
        done += chunk.length;
        if (done > total) {
          throw new UserError(`${path}: expected ${total} bytes unpacked, as its header says, got more`);
        }
        hash.update(chunk);
        await kept.append(chunk);
        yield progress(done);
      }
      if (done < total) throw wrongLength(done);
    } catch (error) {
      kept.close();
      throw error;
    }
    const rows = storedRows({path: kept.folder, file: kept.file, ...rowsOf});
    return {shape, images: {rows, first: 0, count}};
  }

  const file = orUserErrorSync(path, () => openSync(path, "r"), "read");
  const state = fstatSync(file);
  const rows = storedRows({path, file, state: stampOf(state), ...rowsOf}); // closes the file, whatever happens
  if (state.size !== total) throw wrongLength(state.size);
  const bytes = Buffer.allocUnsafe(CHUNK);
  for (let done = 0; done < total; ) {
    signal?.throwIfAborted();
    const {bytesRead} = await promisify(read)(file, bytes, 0, CHUNK, done);
    if (bytesRead === 0) throw wrongLength(done);
    hash.update(bytes.subarray(0, bytesRead));
    done += bytesRead;
    yield progress(done);
  }
  return {shape, images: {rows, first: 0, count}};
}

async function* unpackedChunks(path: string, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const packed = createReadStream(path, {highWaterMark: CHUNK});
  const gunzip = createGunzip({chunkSize: CHUNK});
  packed.on("error", (error) => gunzip.destroy(error));
  packed.pipe(gunzip);
  try {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
      signal?.throwIfAborted();
      yield chunk;
    }
  } catch (error) {
    if (error instanceof UserError || signal?.aborted) throw error;
    throw new UserError(`${path}: expected a whole gzip file, got ${(error as Error).message}`);
  } finally {
    packed.destroy();
  }
}
