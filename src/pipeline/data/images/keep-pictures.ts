import {createHash, type Hash} from "node:crypto";
import {setImmediate} from "node:timers/promises";
import type {DecodingPool} from "../decoding/pool";
import {type ReadingOptions, type ReadPicture, readPictures} from "../decoding/read-pictures";
import type {DataProgress} from "../progress";
import {storedRows} from "../stored/rows";
import {openTemporaryFile} from "../stored/temporary-file";
import type {IdxArray} from "./idx";
import type {StoredImages} from "./image-source";
import {nameFrom} from "./name-from";

export interface KeepingOptions extends ReadingOptions {
  /** The most bytes of pictures that are kept in memory; more are kept in a temporary file in `cacheFolder`. */
  readonly inMemory: number;
  readonly cacheFolder: string;
  readonly pool?: DecodingPool | undefined;
}

export interface KeptPictures {
  /** 1 if no picture has a colour. */
  readonly channels: 1 | 3;
  /** Gives the pictures of a part: `count` places from `from` on. */
  imagesOf(from: number, count: number): IdxArray | StoredImages;
  /** SHA-256 of all files' names and bytes. */
  readonly digest: string;
}

/** Receives pictures in the order of their files. */
interface Keeper {
  add(pictures: readonly ReadPicture[]): Promise<void>;
  /** @param isGrey Whether no picture has a colour. */
  kept(isGrey: boolean): Pick<KeptPictures, "imagesOf">;
  /** Gives back what it holds, if the pictures cannot be read. */
  end(): void;
}

/** How many bytes are added to the digest without a pause: 20 ms. */
const HASHED_AT_ONCE = 2 ** 23;

/**
 * Reads all pictures once, and keeps their pixels: in memory, or in a temporary file if they are too many.
 *
 * @param path The data's folder.
 * @param order For each place, the number of its file.
 */
export async function* keepPictures(
  path: string,
  paths: readonly string[],
  order: Uint32Array,
  options: KeepingOptions,
): AsyncGenerator<DataProgress, KeptPictures> {
  const {shape, inMemory, cacheFolder, pool, signal} = options;
  const isLarge = 3 * shape[0] * shape[1] * paths.length > inMemory;
  const keeper = isLarge ? await inFile(order, shape, cacheFolder) : memory(order, shape);
  const hash = createHash("sha256");
  let [isGrey, done] = [true, 0];
  try {
    for await (const pictures of readPictures(paths, options, pool)) {
      for (const picture of pictures) {
        hash.update(nameFrom(path, paths[done++]));
        await hashInParts(hash, picture.content, signal);
        isGrey &&= picture.isGrey;
      }
      await keeper.add(pictures);
      yield {doing: "reading images", done, total: paths.length};
    }
  } catch (error) {
    keeper.end();
    throw error;
  }
  return {channels: isGrey ? 1 : 3, ...keeper.kept(isGrey), digest: hash.digest("hex")};
}

/** Keeps pictures in memory, each at its place, and in colour until it is known that none of them has a colour. */
function memory(order: Uint32Array, [height, width]: KeepingOptions["shape"]): Keeper {
  const size = 3 * height * width;
  const places = new Uint32Array(order.length);
  for (const [place, file] of order.entries()) places[file] = place;
  const rgb = new Uint8Array(order.length * size);
  let file = 0;
  return {
    async add(pictures) {
      for (const {bytes, isGrey} of pictures) {
        const at = places[file++] * size;
        if (isGrey) inColour(bytes, rgb, at);
        else rgb.set(bytes, at);
      }
    },
    kept(isGrey) {
      if (isGrey) for (let n = 0; n < rgb.length / 3; n++) rgb[n] = rgb[3 * n];
      const values = isGrey ? rgb.slice(0, rgb.length / 3) : rgb;
      const [channels, own] = isGrey ? [1, size / 3] : [3, size];
      return {
        imagesOf: (from, count) => ({
          shape: [count, height, width, channels],
          values: values.subarray(from * own, (from + count) * own),
        }),
      };
    },
    end() {},
  };
}

function inColour(grey: Uint8Array, rgb: Uint8Array, at: number): void {
  for (let i = 0, to = at; i < grey.length; i++, to += 3) {
    rgb[to] = grey[i];
    rgb[to + 1] = grey[i];
    rgb[to + 2] = grey[i];
  }
}

/** Keeps pictures in a temporary file, one after another as they come; grey ones take a third. */
async function inFile(order: Uint32Array, [height, width]: KeepingOptions["shape"], folder: string): Promise<Keeper> {
  const size = height * width;
  const kept = await openTemporaryFile(folder, order.length * size); // the least that it can be: as if all were grey
  const starts = new Float64Array(order.length + 1); // by file
  let file = 0;
  return {
    async add(pictures) {
      for (const {bytes} of pictures) {
        starts[file + 1] = starts[file] + bytes.length;
        file++;
      }
      await kept.append(Buffer.concat(pictures.map(({bytes}) => bytes)));
    },
    kept(isGrey) {
      const rows = storedRows({
        path: folder,
        file: kept.file,
        size: isGrey ? size : 3 * size,
        startOf: (place) => starts[order[place]],
        lengthOf: (place) => starts[order[place] + 1] - starts[order[place]],
      });
      return {imagesOf: (first, count) => ({rows, first, count})};
    },
    end: kept.close,
  };
}

/** Adds bytes to a digest, and lets abort signals arrive in between if there are many. */
async function hashInParts(hash: Hash, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
  for (let at = 0; at < bytes.length; at += HASHED_AT_ONCE) {
    if (at > 0) await setImmediate();
    signal?.throwIfAborted();
    hash.update(bytes.subarray(at, at + HASHED_AT_ONCE));
  }
}
