import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import {promisify} from "node:util";
import {gunzip, gzip} from "node:zlib";

import {UserError} from "../../nouns/options";
import {orUserError} from "../../nouns/system-errors";
import {isDigest, sha256} from "./seal";
import {writeWhole} from "./write-whole";

/** Results that were computed before, under the SHA-256 of their question. */
export interface ResultStore {
  /**
   * The result; undefined where there is none, or a damaged one, which the next `keep` replaces.
   *
   * @throws UserError if two workers gave different results.
   */
  read(id: string): Promise<Uint8Array | undefined>;
  /** Keeps a result, whole or not at all. @throws UserError if another one is there. */
  keep(id: string, bytes: Uint8Array): Promise<void>;
}

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/**
 * A folder of results: `4f/4f1c…/9a03….gz`. The folder bears the SHA-256 of the question, and the file that of its content,
 * so a file is known to be whole by its name; workers that disagree leave two files. Files are packed by gzip.
 */
export function resultStore(root: string): ResultStore {
  const folderOf = (id: string) => join(root, id.slice(0, 2), id);
  const namesOf = async (id: string): Promise<string[]> => {
    const names = await readdir(folderOf(id)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    return names.filter((name) => name.endsWith(".gz") && isDigest(name.slice(0, -3)));
  };
  const only = (id: string, names: readonly string[]) => {
    if (names.length <= 1) return names[0];
    throw new UserError(
      `${folderOf(id)}: expected one result, got ${names.length}: workers disagree; remove the folder and ask again`,
    );
  };
  return {
    async read(id) {
      const name = only(id, await orUserError(folderOf(id), () => namesOf(id), "read"));
      if (name === undefined) return undefined;
      const path = join(folderOf(id), name);
      const packed = await orUserError(path, () => readFile(path), "read");
      const bytes = await unpack(packed).catch(() => undefined);
      return bytes && sha256(bytes) === name.slice(0, -3) ? bytes : undefined;
    },
    async keep(id, bytes) {
      const name = `${sha256(bytes)}.gz`;
      if (await this.read(id).then((known) => known !== undefined)) {
        if (only(id, await namesOf(id)) === name) return;
      }
      await writeWhole(join(folderOf(id), name), await pack(bytes));
      only(id, await namesOf(id));
    },
  };
}
