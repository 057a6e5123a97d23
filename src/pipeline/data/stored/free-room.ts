import {statfs} from "node:fs/promises";

import {UserError} from "../../../nouns/options";
import {inBytes} from "../read-file";

/**
 * Checks that a folder's disk has room for a temporary file, before the work of filling it.
 *
 * @throws UserError that says how much is needed and how much is free.
 */
export async function checkFreeRoom(folder: string, bytes: number): Promise<void> {
  const {bavail, bsize} = await statfs(folder);
  if (bytes <= bavail * bsize) return;
  const expected = `expected room for the ${inBytes(bytes)} that the pictures take as they are unpacked`;
  throw new UserError(`${folder}: ${expected}, got ${inBytes(bavail * bsize)} free`, {code: "CANNOT_WRITE"});
}
