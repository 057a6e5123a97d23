import type {ImageShape} from "../../../nouns/samples";
import {sizeOfImage} from "../images/image-file";
import {unlessAborted} from "../images/unless-aborted";
import {readWhole} from "../read-file";
import {type PictureBytes, pictureBytes} from "./picture-bytes";
import {type DecodingPool, decodingPool} from "./pool";
import type {DecodedPictures} from "./questions";

/** A picture's pixels, and its file's bytes. */
export interface ReadPicture extends PictureBytes {
  readonly content: Uint8Array;
}

export interface ReadingOptions {
  /** The shape that every picture gets, in colour. */
  readonly shape: ImageShape;
  /** The largest picture that is decoded, in pixels. */
  readonly maxPixels: number;
  readonly signal?: AbortSignal | undefined;
}

/** The number of pictures from which on it is worth starting threads. */
export const MANY = 2000;
/**
 * How many images are decoded at a time, and how many pixels they may have together. A larger image is decoded by
 * itself.
 */
const [AT_ONCE, PIXELS_AT_ONCE] = [16, 2 ** 24];
/** How many pictures a thread is asked for at a time, and how many bytes their files should have together. */
const [ASKED_AT_ONCE, BYTES_AT_ONCE] = [64, 2 ** 21];

/**
 * Reads pictures and decodes them, in the order of their paths; yields some at a time. If there are many, other threads
 * decode them.
 *
 * @throws UserError naming the path, if a picture is damaged or too large. @throws The signal's reason.
 */
export async function* readPictures(
  paths: readonly string[],
  options: ReadingOptions,
  pool?: DecodingPool,
): AsyncGenerator<readonly ReadPicture[], void> {
  if (pool) return yield* readByThreads(paths, options, pool);
  const {shape, maxPixels, signal} = options;
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    const group = paths.slice(at, at + AT_ONCE);
    const contents = await Promise.all(group.map((path) => readWhole(path, {most: 8 * maxPixels, signal})));
    const sizes = contents.map((bytes, i) => sizeOfImage(bytes, group[i]));
    const read: ReadPicture[] = [];
    for (const together of batchesOf(sizes.map(({height, width}) => height * width))) {
      signal?.throwIfAborted();
      const decoding = together.map(async (i) => {
        read[i] = {...(await pictureBytes(contents[i], group[i], shape, {maxPixels, signal})), content: contents[i]};
      });
      await unlessAborted(Promise.all(decoding), signal);
    }
    yield read;
  }
}

/** The places of images that may be decoded at the same time, by how many pixels they have. */
function batchesOf(pixels: readonly number[]): number[][] {
  const batches: number[][] = [];
  let sum = Number.POSITIVE_INFINITY;
  pixels.forEach((own, i) => {
    sum += own;
    if (sum > PIXELS_AT_ONCE) [sum, batches[batches.length]] = [own, []];
    batches[batches.length - 1].push(i);
  });
  return batches;
}

async function* readByThreads(
  paths: readonly string[],
  {shape, maxPixels, signal}: ReadingOptions,
  pool: DecodingPool,
): AsyncGenerator<readonly ReadPicture[], void> {
  const full = 3 * shape[0] * shape[1];
  let [asked, read, bytes] = [0, 0, 0];
  const answers: Promise<DecodedPictures>[] = [];
  for (;;) {
    while (asked < paths.length && answers.length < 2 * pool.threads) {
      // only a few large files or many small ones at a time, so that the files in work have some MB together
      const fitting = read === 0 ? 1 : Math.floor((BYTES_AT_ONCE * read) / bytes);
      const group = paths.slice(asked, asked + Math.min(ASKED_AT_ONCE, Math.max(1, fitting)));
      asked += group.length;
      const answer = pool.ask({doing: "decode", paths: group, shape, maxPixels}) as Promise<DecodedPictures>;
      answer.catch(() => undefined); // thrown when it is its turn
      answers.push(answer);
    }
    const next = answers.shift();
    if (!next) return;
    const {contents, contentEnds, pictures, pictureEnds} = await unlessAborted(next, signal);
    read += contentEnds.length;
    bytes += contents.length;
    yield contentEnds.map((end, n) => {
      const own = pictures.subarray(pictureEnds[n - 1] ?? 0, pictureEnds[n]);
      return {content: contents.subarray(contentEnds[n - 1] ?? 0, end), bytes: own, isGrey: own.length < full};
    });
  }
}

/** The pool of threads for this number of pictures; undefined if this thread alone is as fast. The caller ends it. */
export function poolFor(count: number): DecodingPool | undefined {
  return count >= MANY ? decodingPool() : undefined;
}
