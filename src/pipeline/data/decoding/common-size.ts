import {type ImageSize, sizeOfImage} from "../images/image-file";
import {unlessAborted} from "../images/unless-aborted";
import {readWhole} from "../read-file";
import type {DecodingPool} from "./pool";

/** How many pictures a thread is asked for at a time. */
const AT_ONCE = 256;

/**
 * The height and width that all pictures have.
 *
 * @param most The longest side that counts.
 * @returns Undefined if they are not alike, or one is larger.
 * @throws UserError naming the path, if one is no picture. @throws The signal's reason.
 */
export async function commonSize(
  paths: readonly string[],
  most: number,
  {pool, signal}: {readonly pool?: DecodingPool | undefined; readonly signal?: AbortSignal | undefined},
): Promise<ImageSize | undefined> {
  let common: ImageSize | undefined;
  for await (const own of sizesOf(paths, pool, signal)) {
    common ??= own;
    const isSmall = Math.max(own.height, own.width) <= most;
    if (!isSmall || own.height !== common.height || own.width !== common.width) return undefined;
  }
  return common;
}

async function* sizesOf(
  paths: readonly string[],
  pool?: DecodingPool,
  signal?: AbortSignal,
): AsyncGenerator<ImageSize, void> {
  if (!pool) {
    for (const path of paths) yield sizeOfImage(await readWhole(path, {signal}), path);
    return;
  }
  const answers: Promise<{readonly sizes: readonly ImageSize[]}>[] = [];
  for (let at = 0; ; ) {
    for (; at < paths.length && answers.length < 2 * pool.threads; at += AT_ONCE) {
      const answer = pool.ask({doing: "size", paths: paths.slice(at, at + AT_ONCE)});
      answer.catch(() => undefined); // thrown when it is its turn
      answers.push(answer as (typeof answers)[number]);
    }
    const next = answers.shift();
    if (!next) return;
    yield* (await unlessAborted(next, signal)).sizes;
  }
}
