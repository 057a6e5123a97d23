import {readFile} from "node:fs/promises";

import {UserError} from "../../nouns/options";
import {NOTHING_THERE, systemWords} from "../../nouns/system-errors";

/** A file's text, or undefined if there is none. @throws UserError if there is something that cannot be read. */
export async function textIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (NOTHING_THERE.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new UserError(systemWords(error, file, "read") ?? `${file}: ${(error as Error).message}`, {cause: error});
  }
}
