import {lstat, rename, rm, symlink} from "node:fs/promises";
import {join} from "node:path";

import {systemWords} from "../../nouns/system-errors";
import {partialOf} from "./partial-file";

/**
 * Points the link `save/latest` at a run. The link is only a convenience. If something else has this name, it is never
 * removed, because a run does not need the link.
 *
 * @returns The reason in one line, if it did not work; undefined if it did.
 */
export async function pointLatest(save: string, name: string): Promise<string | undefined> {
  const link = join(save, "latest");
  const partial = partialOf(link);
  const isWindows = process.platform === "win32";
  try {
    const before = await lstat(link).catch(() => undefined); // there is nothing
    if (before && !before.isSymbolicLink()) {
      const got = before.isDirectory() ? "a folder" : "a file";
      return `${link}: expected a link, got ${got}; it is left as it is, and does not lead to this run`;
    }
    // On Windows, a junction needs no special rights. Other systems ignore the type, and there a relative link still
    // works when the folder is moved.
    await symlink(isWindows ? join(save, name) : name, partial, "junction");
    if (isWindows) await rm(link, {force: true, recursive: true});
    await rename(partial, link);
    return undefined;
  } catch (error) {
    await rm(partial, {force: true}).catch(() => undefined); // the first error is the one to report
    const words = systemWords(error, link, "write");
    if (words === undefined) throw error;
    return `${words}; it does not lead to this run`;
  }
}
