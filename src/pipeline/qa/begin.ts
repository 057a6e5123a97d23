import {existsSync} from "node:fs";
import {join, resolve} from "node:path";

import {resolveOptions, UserError} from "../../nouns/options";
import {checkRunName, runName} from "../record/run-name";
import {makeFolder, writeWhole} from "../record/write-whole";
import {READER_FORMAT, type ReaderFacts, readFacts} from "./files";
import {type ReaderOptions, readerOptions} from "./options";

/** @file Begins a reader's run: its folder, and its options. */

/**
 * Makes a folder for a reader's run, and writes qa.json.
 *
 * @returns Its path.
 * @throws UserError if a run has the name.
 */
export async function newFolder(
  options: ReaderOptions,
  of: Pick<ReaderFacts, "isHeldOut" | "noAnswer" | "kept" | "digests">,
): Promise<string> {
  const startedAt = new Date();
  const name = options.name || runName(startedAt, options.data ? "questions" : "made", "reader");
  checkRunName(name);
  const path = resolve(options.save, "qa", name);
  if (existsSync(join(path, "qa.json"))) {
    throw new UserError(
      `--name: expected a new name, got "${name}", which exists already: ${path}; qa resume continues it`,
    );
  }
  await makeFolder(path);
  // whole paths: it may be gone on with from another folder
  const [data, from] = [options.data, options.from].map((place) => (place ? resolve(place) : ""));
  const facts = {
    format: READER_FORMAT,
    name,
    startedAt: startedAt.toISOString(),
    ...of,
    options: {...options, data, from},
  };
  await writeWhole(join(path, "qa.json"), `${JSON.stringify(facts, undefined, 2)}\n`);
  return path;
}

/** The options with which a reader's run began. @throws UserError if the folder holds none, or its file is damaged. */
export async function readerRunOptions(path: string): Promise<ReaderOptions> {
  const {options}: {readonly options: Partial<ReaderOptions>} = await readFacts(path);
  // an earlier version always named a span
  const begun = {nullThreshold: "none", ...options};
  return resolveOptions<ReaderOptions>(readerOptions, begun, `${join(path, "qa.json")}: --`);
}
