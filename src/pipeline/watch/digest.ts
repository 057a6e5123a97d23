import {createHash} from "node:crypto";
import {createReadStream} from "node:fs";

import {inWords} from "../data/read-file";

/** SHA-256 of files, in their order. They are read part by part: files of weights may be larger than memory. */
export async function digestOf(paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) {
    try {
      for await (const part of createReadStream(path, {highWaterMark: 2 ** 20})) hash.update(part as Uint8Array);
    } catch (error) {
      throw await inWords(path, error, "a file");
    }
  }
  return hash.digest("hex");
}
