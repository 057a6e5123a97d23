import {statSync} from "node:fs";
import {join, resolve} from "node:path";

import {nearest} from "../../nouns/nearest";
import {UserError} from "../../nouns/options";
import {hasRunFile} from "./own-files";
import {type ListedRun, runsIn} from "./runs-in";

/** An epoch of a run, in the user's words: its number, "best" (by validation loss) or "last". */
export type EpochName = number | "best" | "last";

/** A run in the user's words, and the epoch if the user names one, too. */
export interface RunReference {
  /** A name in the folder of runs, its beginning, a folder, "latest" or "latest~1". */
  readonly name: string;
  readonly epoch?: EpochName;
}

/** The most names that an error lists. */
const MOST_LISTED = 5;

/** Divides `RUN@3`, `RUN@best` and `RUN@last` into run and epoch; without a name, the run is the latest one. */
export function runReference(text: string): RunReference {
  const [, name, at] = /^(.*?)(?:@(\d+|best|last))?$/s.exec(text) as RegExpExecArray; // matches anything
  if (at === undefined) return {name: name || "latest"};
  return {name: name || "latest", epoch: at === "best" || at === "last" ? at : Number(at)};
}

/**
 * The one place where a run's name becomes a folder: `name` in `save`, a path, `latest` (or the newest run, if no link
 * of that name leads to a run), `latest~1` (the one before), or the beginning of one run's name.
 *
 * @throws UserError if there is no such run, or if several runs have this beginning.
 */
export async function runPath(save: string, name: string): Promise<string> {
  for (const path of [resolve(save, name), resolve(name)]) if (await hasRunFile(path)) return path;
  if (isFile(resolve(save))) throw missing(`--save: expected a folder of runs, got a file at ${save}`);
  const runs = await runsIn(resolve(save));
  const back = /^latest(?:~(\d+))?$/.exec(name);
  if (back && runs.length > 0) {
    const run = runs[Number(back[1] ?? 0)];
    if (run) return run.path;
    const count = runs.length === 1 ? "1 run" : `${runs.length} runs`;
    throw missing(`run: expected one of the ${count} in ${save}, got "${name}"${hintOf(name, runs)}`);
  }
  const beginning = name === "" ? [] : runs.filter((run) => run.name.startsWith(name));
  if (beginning.length === 1) return join(beginning[0].path);
  if (beginning.length > 1) {
    const names = beginning.slice(0, MOST_LISTED).map((run) => run.name);
    const more = beginning.length > MOST_LISTED ? ` and ${beginning.length - MOST_LISTED} more` : "";
    throw missing(
      `run: expected the beginning of one run's name, got "${name}", the beginning of ${beginning.length}: ${names.join(", ")}${more}`,
    );
  }
  throw missing(
    `run: expected the name of one in ${save}, or its folder, got ${isFile(name) ? "the file " : ""}"${name}"${hintOf(name, runs)}`,
  );
}

/** A hint: the run with the nearest name or, if there are no runs at all, how to make one. */
function hintOf(name: string, runs: readonly ListedRun[]): string {
  if (runs.length === 0) return "; there is no run yet";
  const near = nearest(
    name,
    runs.map((run) => run.name),
  );
  return near === undefined ? `; the newest is ${runs[0].name}` : `; did you mean ${near}?`;
}

function isFile(path: string): boolean {
  return statSync(path, {throwIfNoEntry: false})?.isFile() === true;
}

function missing(message: string): UserError {
  return new UserError(message, {code: "NOT_FOUND"});
}
