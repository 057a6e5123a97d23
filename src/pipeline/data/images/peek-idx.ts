import {join} from "node:path";
import {constants, gunzipSync} from "node:zlib";

import {UserError} from "../../../nouns/options";
import {readStart} from "../read-file";
import {type IdxHeader, idxHeader} from "./idx";
import {formsOf, isPacked, LONGEST_HEADER} from "./idx-file";

/** An idx file of which only the header was read. */
export interface PeekedIdx {
  readonly path: string;
  readonly header: IdxHeader;
}

/** How many packed bytes certainly contain the longest header. */
const PACKED_START = 2 ** 12;
/**
 * Reads the header of one of the four files, plain or as .gz.
 *
 * @returns Undefined if there is no such file, or it is not an idx file; the code that reads the whole file then
 * reports this.
 */
export async function peekIdx(folder: string, name: string): Promise<PeekedIdx | undefined> {
  for (const form of formsOf(name)) {
    const path = join(folder, form);
    try {
      const start = await readStart(path, isPacked(form) ? PACKED_START : LONGEST_HEADER);
      const plain = isPacked(form) ? gunzipSync(start, {finishFlush: constants.Z_SYNC_FLUSH}) : start;
      return {path, header: idxHeader(plain, path)};
    } catch (error) {
      if (error instanceof UserError && error.code === "NOT_FOUND") continue;
      return undefined;
    }
  }
  return undefined;
}
