import {lstat, readdir, readFile} from "node:fs/promises";
import {join} from "node:path";

import {writerOf} from "./partial-file";

/** A run's name, folder and start (ISO 8601). */
export interface ListedRun {
  readonly name: string;
  readonly path: string;
  readonly at: string;
}

/**
 * The runs in `save`, the newest first; none if there is no such folder. @param fileName The file that makes a folder a
 * run.
 */
export async function runsIn(save: string, fileName = "run.json"): Promise<ListedRun[]> {
  const entries = await readdir(save, {withFileTypes: true}).catch(() => []);
  const runs = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() && writerOf(entry.name) === undefined)
      .map(async ({name}) => {
        const path = join(save, name);
        const file = join(path, fileName);
        const isFile = await lstat(file).then(
          (state) => state.isFile(), // reading a pipe would wait for its writer
          () => false,
        );
        const text = isFile ? await readFile(file, "utf8").catch(() => "") : "";
        const at = /"startedAt": *"([^"]*)"/.exec(text)?.[1];
        return at === undefined ? [] : [{name, path, at}];
      }),
  );
  return runs.flat().sort((a, b) => (a.at < b.at ? 1 : -1));
}
