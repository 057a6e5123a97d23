import {lstat, rename, rm, symlink} from "node:fs/promises";
import {join} from "node:path";

import {systemWords} from "../../nouns/system-errors";
import {partialOf} from "./partial-file";

/**
 * Points the link `save/latest` at a run. It is a convenience, and what stands in its way is never removed: a run does not
 * depend on it.
 *
 * @returns Why it could not be done, in one line; undefined if it was.
 */
export async function pointLatest(save: string, name: string): Promise<string | undefined> {
  const link = join(save, "latest");
  const partial = partialOf(link);
  const isWindows = process.platform === "win32";
  try {
    const before = await lstat(link).catch(() => undefined); // nothing there
    if (before && !before.isSymbolicLink()) {
      const got = before.isDirectory() ? "a folder" : "a file";
      return `${link}: expected a link, got ${got}; it is left as it is, and does not lead to this run`;
    }
    // A junction needs no rights on Windows; elsewhere the type is not looked at, and a relative link may be moved.
    await symlink(isWindows ? join(save, name) : name, partial, "junction");
    if (isWindows) await rm(link, {force: true, recursive: true});
    await rename(partial, link);
    return undefined;
  } catch (error) {
    await rm(partial, {force: true}).catch(() => undefined); // the first error is the one to tell
    const words = systemWords(error, link, "write");
    if (words === undefined) throw error;
    return `${words}; it does not lead to this run`;
  }
}
