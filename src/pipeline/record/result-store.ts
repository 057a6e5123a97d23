import {promisify} from "node:util";
import {gunzip, gzip} from "node:zlib";

import {UserError} from "../../nouns/options";
import {folderPlaces} from "./folder-places";
import type {Places} from "./places";
import {isDigest, sha256} from "./seal";

/** Results that were computed before, by the SHA-256 of their question. */
export interface ResultStore {
  /**
   * The result; undefined if there is none, or a damaged one, which the next `keep` replaces.
   *
   * @throws UserError if two workers gave different results.
   */
  read(id: string): Promise<Uint8Array | undefined>;
  /** Keeps a result, completely or not at all. @throws UserError if a different result is there. */
  keep(id: string, bytes: Uint8Array): Promise<void>;
}

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/**
 * A folder of results: `4f/4f1c…/9a03….gz`. The folder's name is the SHA-256 of the question, and the file's name is
 * that of its content. So the name shows whether a file is complete, and workers that disagree leave two files. Files
 * are packed by gzip.
 *
 * @param root A folder, or another place for files.
 */
export function resultStore(root: string | Places): ResultStore {
  const places = typeof root === "string" ? folderPlaces(root) : root;
  const folderOf = (id: string) => `${id.slice(0, 2)}/${id}`;
  const namesOf = async (id: string): Promise<string[]> =>
    (await places.names(folderOf(id))).filter((name) => name.endsWith(".gz") && isDigest(name.slice(0, -3)));
  const only = (id: string, names: readonly string[]) => {
    if (names.length <= 1) return names[0];
    throw new UserError(
      `${places.where(folderOf(id))}: expected one result, got ${names.length}: workers disagree; remove the folder and ask again`,
    );
  };
  return {
    async read(id) {
      const name = only(id, await namesOf(id));
      if (name === undefined) return undefined;
      const packed = await places.read(folderOf(id), name);
      const bytes = await unpack(packed).catch(() => undefined);
      return bytes && sha256(bytes) === name.slice(0, -3) ? bytes : undefined;
    },
    async keep(id, bytes) {
      const name = `${sha256(bytes)}.gz`;
      if (await this.read(id).then((known) => known !== undefined)) {
        if (only(id, await namesOf(id)) === name) return;
      }
      await places.write(folderOf(id), name, await pack(bytes));
      only(id, await namesOf(id));
    },
  };
}
