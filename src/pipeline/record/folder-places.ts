import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";

import {orUserError} from "../../nouns/system-errors";
import type {Places} from "./places";
import {writeWhole} from "./write-whole";

/** Files in a folder on a disk, or in a network folder that looks like one. */
export function folderPlaces(root: string): Places {
  const at = (folder: string) => join(root, folder);
  return {
    where: at,
    names: (folder) =>
      orUserError(
        at(folder),
        () =>
          readdir(at(folder)).catch((error: NodeJS.ErrnoException) => {
            if (error.code === "ENOENT") return [];
            throw error;
          }),
        "read",
      ),
    read: (folder, name) => orUserError(join(at(folder), name), () => readFile(join(at(folder), name)), "read"),
    write: (folder, name, content) => writeWhole(join(at(folder), name), content),
  };
}
