import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join, resolve} from "node:path";

import {UserError} from "../../nouns/options";

/** @file Finds the runs of readers: `<save>/qa/<name>/`. */

/** The folder of a reader's run by its name or its path; undefined if there is no such run. */
export function findReader(save: string, name: string): string | undefined {
  return [join(resolve(save), "qa", name), resolve(save, name), resolve(name)].find((path) =>
    existsSync(join(path, "qa.json")),
  );
}

/** The names of all readers' runs, the newest first. */
export function readersOf(save: string): readonly string[] {
  const root = join(resolve(save), "qa");
  const names = existsSync(root) ? readdirSync(root).filter((name) => existsSync(join(root, name, "qa.json"))) : [];
  const times = new Map(names.map((name) => [name, startedAt(join(root, name, "qa.json"))]));
  return names.sort((a, b) => (times.get(b) ?? "").localeCompare(times.get(a) ?? ""));
}

/** The time when a run began; "" for a damaged file, which is refused later, when the run itself is opened. */
function startedAt(file: string): string {
  try {
    const facts = JSON.parse(readFileSync(file, "utf8")) as {readonly startedAt?: unknown} | null;
    return `${facts?.startedAt ?? ""}`;
  } catch {
    return "";
  }
}

/** The newest reader's run. @throws UserError if there is none. */
export function newestReader(save: string): string {
  const [newest] = readersOf(save);
  const root = join(resolve(save), "qa");
  if (newest === undefined) {
    throw new UserError(`${root}: expected a reader's run, got none; train one by "qa train"`, {code: "NOT_FOUND"});
  }
  return join(root, newest);
}

/** A reader's folder by its run's name, "latest", or the folder itself. @throws UserError if no run has been trained. */
export function readerFolder(save: string, name: string): string {
  return name === "latest" ? newestReader(save) : (findReader(save, name) ?? resolve(name));
}

/** The folder of a reader's network: a run's model/, or the folder itself. */
export function networkFolder(folder: string): string {
  return existsSync(join(folder, "model", "config.json")) ? join(folder, "model") : folder;
}
