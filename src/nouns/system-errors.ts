/** @file Turns an error of the operating system into one line of our own words that names the file. */

import {UserError} from "./options";

/** For each error code of the system, words for what was found, by what the program was doing. */
const REASONS: {readonly [code: string]: string} = {
  ENOSPC: "no space left on the disk",
  EDQUOT: "no space left in the quota",
  EROFS: "a read-only file system",
  ENOTDIR: "a file where a folder must be",
  EISDIR: "a folder where a file must be",
  ENOTEMPTY: "a folder that is not empty",
  ENAMETOOLONG: "a name that is too long for the file system",
  ELOOP: "links that lead round in a circle",
  EMFILE: "more open files than this process may have",
  ENFILE: "more open files than this machine may have",
  EFBIG: "a file that is larger than the file system allows",
  EIO: "an input or output error of the disk",
  EBUSY: "a file that another process holds",
  ETXTBSY: "a file that another process runs",
  ENOMEM: "no memory left",
  ENXIO: "no such device",
  ENODEV: "no such device",
  EXDEV: "another file system",
  EINVAL: "something that the file system refuses",
  ENOTSUP: "something that the file system cannot do",
  EOPNOTSUPP: "something that the file system cannot do",
  ENOSYS: "something that the file system cannot do",
  ESTALE: "a network folder that is gone",
  ETIMEDOUT: "no answer from the disk",
  EPIPE: "nobody who reads it",
  ERR_FS_FILE_TOO_LARGE: "more than 2 GiB",
  ERR_FS_EISDIR: "a folder where a file must be",
  ERR_STRING_TOO_LONG: "more text than fits into one string",
};
const OF_DOING: {readonly [code: string]: {readonly [doing in Doing]: string}} = {
  ENOENT: {read: "nothing there", write: "no such place"},
  EEXIST: {read: "a file that is there", write: "a file where a folder must be"},
  EACCES: {read: "no permission to read", write: "no permission to write"},
  EPERM: {read: "no permission to read", write: "no permission to write"},
};

/** The system's codes that mean that nothing is at a path. */
export const NOTHING_THERE: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP"]);

/** Whether the program was reading or writing the file. */
export type Doing = "read" | "write";

/** The system calls that read. */
const READING = new Set(["read", "scandir", "opendir", "stat", "lstat", "fstat", "readlink", "realpath", "access"]);

/**
 * An error of the system as one line: "<path>: expected to write it, got no space left on the disk (ENOSPC)".
 *
 * @param error The error that was thrown.
 * @param path The file; by default the one that the error names.
 * @param doing Whether the program was reading or writing; by default the system call tells.
 * @returns Undefined if the system did not make this error.
 */
export function systemWords(error: unknown, path?: string, doing?: Doing): string | undefined {
  const {code = "", syscall = "", path: own, dest} = error as NodeJS.ErrnoException & {readonly dest?: string};
  const done = doing ?? (READING.has(syscall) || (syscall === "open" && code === "ENOENT") ? "read" : "write");
  const reason = systemReason(error, done);
  if (reason === undefined) return undefined;
  const what = doing === undefined && syscall === "open" ? "open" : done;
  return `${path ?? dest ?? own ?? "a file"}: expected to ${what} it, got ${reason} (${code})`;
}

/**
 * The part of that line after "got": "no space left on the disk".
 * @returns Undefined if the system did not make this error.
 */
export function systemReason(error: unknown, doing: Doing): string | undefined {
  const {code = ""} = error as NodeJS.ErrnoException;
  return REASONS[code] ?? OF_DOING[code]?.[doing];
}

/** @throws UserError that names the file, in place of the system's own error. */
export async function orUserError<T>(path: string, act: () => Promise<T>, doing: Doing = "write"): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw asUserError(error, path, doing);
  }
}

/** The same for synchronous code. */
export function orUserErrorSync<T>(path: string, act: () => T, doing: Doing = "write"): T {
  try {
    return act();
  } catch (error) {
    throw asUserError(error, path, doing);
  }
}

/** Turns an error of the system into one that a user can read; returns any other error unchanged. */
function asUserError(error: unknown, path: string, doing: Doing): unknown {
  const words = error instanceof UserError ? undefined : systemWords(error, path, doing);
  return words === undefined
    ? error
    : new UserError(words, {cause: error, ...(doing === "write" ? {code: "CANNOT_WRITE"} : {})});
}

/** Any error as one line; an error of the system in our words. */
export function inOneLine(error: unknown): string {
  const own = error instanceof UserError ? error.message : systemWords(error);
  return own ?? (error instanceof Error ? error.message : `${error}`).replace(/\n[\s\S]*/, "");
}
