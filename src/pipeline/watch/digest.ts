import {createHash} from "node:crypto";

import {readWhole} from "../data/read-file";

/** SHA-256 of files, in their order. */
export async function digestOf(paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(await readWhole(path));
  return hash.digest("hex");
}
