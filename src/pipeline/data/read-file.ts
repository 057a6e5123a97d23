import {constants, type Stats} from "node:fs";
import {type FileHandle, lstat, open, readlink} from "node:fs/promises";
import {dirname} from "node:path";

import {UserError} from "../../nouns/options";
import {systemReason} from "../../nouns/system-errors";

/** How many bytes are read before it checks again whether the user has interrupted it. */
const CHUNK = 2 ** 24;
/** The largest file that is read by default: 2 GiB. */
const MOST = 2 ** 31;

export interface ReadOptions {
  /** The largest file that is read, in bytes. */
  readonly most?: number;
  /** The flag that lifts that limit, for the error. */
  readonly lift?: string;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a whole file of the user's. Anything that is not a file (a folder, a pipe, a device that never ends) is refused
 * before anything is read, and so is a file that is too large.
 *
 * @throws UserError in one line with the path, if it cannot be read. @throws The signal's reason, if that is set.
 */
export async function readWhole(path: string, options: ReadOptions = {}): Promise<Uint8Array> {
  return withFile(path, async (file, size) => {
    const {most = MOST, lift, signal} = options;
    if (!(size <= most)) {
      const hint = lift ? `; ${lift} lifts the limit` : "";
      throw new UserError(`${path}: expected at most ${inBytes(most)}, got ${inBytes(size)}${hint}`);
    }
    const bytes = Buffer.allocUnsafe(size);
    for (let at = 0; at < size; ) {
      signal?.throwIfAborted();
      const {bytesRead} = await file.read(bytes, at, Math.min(CHUNK, size - at), at);
      if (bytesRead === 0)
        throw new UserError(`${path}: expected ${size} bytes, got ${at}: it changed while it was read`);
      at += bytesRead;
    }
    return bytes;
  });
}

/** Reads a file like `readWhole`; undefined if there is nothing of that name. */
export async function readIfThere(path: string, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
  try {
    await lstat(path); // a link that leads nowhere counts as something
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw await inWords(path, error, "a file");
  }
  return readWhole(path, options);
}

/** The first bytes of a file, as many as there are up to `count`. @throws UserError as `readWhole`. */
export async function readStart(path: string, count: number): Promise<Uint8Array> {
  return withFile(path, async (file) => {
    const {buffer, bytesRead} = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  });
}

async function withFile<T>(path: string, act: (file: FileHandle, size: number) => Promise<T>): Promise<T> {
  let file: FileHandle | undefined;
  try {
    // without O_NONBLOCK, opening a pipe waits for its writer, and nothing can end that
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const state = await file.stat();
    if (!state.isFile()) throw new UserError(`${path}: expected a file, got ${kindOf(state)}`);
    return await act(file, state.size);
  } catch (error) {
    throw await inWords(path, error, "a file");
  } finally {
    await file?.close();
  }
}

function kindOf(state: Stats): string {
  if (state.isDirectory()) return "a folder";
  if (state.isFIFO()) return "a pipe";
  return state.isSocket() ? "a socket" : "a device";
}

/** "14 kB", "2.0 GB" */
export function inBytes(count: number): string {
  const [unit, name] = count < 1e6 ? [1e3, "kB"] : count < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  return `${(count / unit).toFixed(unit === 1e9 ? 1 : 0)} ${name}`;
}

/**
 * Turns the system's error about reading `path` into one line that says what was expected there. Other errors stay
 * unchanged.
 */
export async function inWords(path: string, error: unknown, expected: string): Promise<unknown> {
  const reason = error instanceof UserError ? undefined : systemReason(error, "read");
  if (reason === undefined) return error;
  const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
  const target = isMissing ? await readlink(path).catch(() => undefined) : undefined;
  const isSocket = (error as NodeJS.ErrnoException).code === "ENXIO"; // the error code when one is opened
  const isThrough = (error as NodeJS.ErrnoException).code === "ENOTDIR"; // the path, or a part of it, is a file
  const got =
    target !== undefined
      ? `a link to ${target}, where nothing is`
      : isSocket
        ? "a socket"
        : isThrough
          ? await fileOf(path)
          : reason;
  const code = isMissing && target === undefined ? ({code: "NOT_FOUND"} as const) : {};
  return new UserError(`${path}: expected ${expected}, got ${got}`, {...code, cause: error});
}

/** Says in words what is at a path that is not a folder, or that leads through something that is not a folder. */
async function fileOf(path: string): Promise<string> {
  const isThere = (at: string) =>
    lstat(at).then(
      () => true,
      () => false,
    );
  if (await isThere(path)) return "a file";
  let at = dirname(path);
  while (at !== dirname(at) && !(await isThere(at))) at = dirname(at);
  return `nothing there: ${at} is a file, not a folder`;
}
