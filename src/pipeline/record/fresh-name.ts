/** @file Finds names that nothing has yet, also if several processes look for one at the same time. */
import {link, lstat, mkdir, rename, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";

import {orUserError} from "../../nouns/system-errors";
import {sweepUnnamed} from "./leftovers";
import {finished, partialOf} from "./partial-file";
import {makeFolder, writeWhole} from "./write-whole";

/** A new folder, which has a temporary name until everything is in it. */
export interface FreshFolder {
  /** The path to write to. */
  readonly path: string;
  /** Gives it the first of the names `name`, `name-2`, `name-3`, … that is free. @returns Its path. */
  keep(): Promise<string>;
  /** Removes it with its content. */
  drop(): Promise<void>;
}

/**
 * Makes a folder for a result. No two results share a folder, and no folder appears half-filled.
 *
 * @param name The name, without a path.
 * @throws UserError if it cannot be written to the disk.
 */
export async function freshFolder(parent: string, name: string): Promise<FreshFolder> {
  const path = partialOf(join(parent, name));
  await orUserError(join(parent, name), async () => {
    await makeFolder(parent);
    await sweepUnnamed(parent);
    await mkdir(path);
  });
  return {
    path,
    keep: () =>
      orUserError(join(parent, name), async () => {
        for (let n = 1; ; n++) {
          const named = join(parent, numbered(name, n));
          if (!(await renamedTo(path, named))) continue;
          finished(path);
          return named;
        }
      }),
    async drop() {
      await rm(path, {recursive: true, force: true});
      finished(path);
    },
  };
}

/** Gives a folder with something in it a name, if nothing has that name. @returns Whether it has it now. */
export async function renamedTo(folder: string, name: string): Promise<boolean> {
  if (await isThere(name)) return false; // a rename would replace an empty folder
  try {
    await rename(folder, name);
    return true;
  } catch (error) {
    if (await isThere(name)) return false; // another process was first
    throw error;
  }
}

/**
 * Writes files that belong together under the first of `<stem><ending>`, `<stem>-2<ending>`, … that is free for all of
 * them. Each file appears complete or not at all.
 *
 * @param contents By ending, such as "-map.csv".
 * @returns The paths, in the order of `contents`.
 * @throws UserError if they cannot be written to the disk.
 */
export async function writeFresh(
  folder: string,
  stem: string,
  contents: {readonly [ending: string]: string | Uint8Array},
): Promise<string[]> {
  const endings = Object.keys(contents);
  const whole = endings.map((ending) => partialOf(join(folder, stem + ending)));
  return orUserError(join(folder, `${stem}${endings[0]}`), async () => {
    try {
      for (const [i, ending] of endings.entries()) {
        await writeWhole(whole[i], contents[ending], {as: join(folder, stem + ending)});
      }
      for (let n = 1; ; n++) {
        const paths = endings.map((ending) => join(folder, numbered(stem, n) + ending));
        if (await allNamed(whole, paths)) return paths;
      }
    } finally {
      for (const path of whole) {
        await rm(path, {force: true});
        finished(path);
      }
    }
  });
}

/** Gives all files second names, or none of them. @returns Whether it worked. */
async function allNamed(files: readonly string[], names: readonly string[]): Promise<boolean> {
  const given: string[] = [];
  for (const [i, name] of names.entries()) {
    if (!(await isNamed(files[i], name))) {
      for (const one of given) await rm(one);
      return false;
    }
    given.push(name);
  }
  return true;
}

/** @returns False if something has that name. */
async function isNamed(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    const {code = ""} = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(code)) throw error;
  }
  try {
    await writeFile(name, "", {flag: "wx"}); // a file system without second names: the name is taken, then filled
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  await rename(file, name);
  return true;
}

/** Whether anything has the name, even a link that leads nowhere. */
async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** The n-th name of a series: "cat", "cat-2", "cat-3". */
function numbered(name: string, n: number): string {
  return n === 1 ? name : `${name}-${n}`;
}
