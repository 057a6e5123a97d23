import {join} from "node:path";

import {writeWhole} from "../../pipeline/record/write-whole";
import {partsPacker} from "../gzip-parts";
import {filled} from "../page";
import {LEVEL, shellOf} from "../shell";
import {gatherReader} from "./gather-reader";

/**
 * Writes `report.html` into a reader's run: one file that opens from disk and loads nothing else.
 *
 * @returns Its path.
 * @throws UserError if the folder holds no reader's run, or a file is damaged.
 */
export async function writeReaderPage(folder: string): Promise<string> {
  const [shell, {file, parts}] = await Promise.all([shellOf("reader"), gatherReader(folder)]);
  const path = join(folder, "report.html");
  await writeWhole(path, filled(shell, file, partsPacker(LEVEL)(parts)));
  return path;
}
