import {join} from "node:path";
import {parseJson} from "../../nouns/json-text";
import {UserError} from "../../nouns/options";
import {readIfThere} from "../data/read-file";
import {openRunDirectory, type RunDirectory} from "../record/run-directory";
import {readRunFile} from "../record/run-file";
import {runsIn} from "../record/runs-in";
import {sameness} from "./facts";
import type {Checkpoint} from "./folder";

/** For each epoch, the file that was looked at, and its SHA-256: the content of a run's `checkpoints.json`. */
export interface LookedAt {
  readonly [epoch: string]: {readonly file: string; readonly sha256: string};
}

const FILE = "checkpoints.json";

export async function readLookedAt({path}: RunDirectory): Promise<LookedAt> {
  const file = join(path, FILE);
  const bytes = await readIfThere(file, {most: 1e8});
  return bytes ? (parseJson(Buffer.from(bytes).toString("utf8"), file) as LookedAt) : {};
}

/**
 * Records that an epoch was looked at. This happens after its metrics are written, so that an interrupted epoch is
 * looked at again.
 */
export async function keepLookedAt(
  directory: RunDirectory,
  before: LookedAt,
  {epoch, name}: Checkpoint,
  sha256: string,
): Promise<LookedAt> {
  const after = {...before, [epoch]: {file: name, sha256}};
  await directory.writeJson(FILE, after);
  return after;
}

/**
 * The run to continue: the newest run of the same folder that was made with the same options on the same data.
 *
 * @param facts The facts of this watcher.
 * @param name The name of the run, if the user gives one.
 * @throws UserError if there is a run of this name that does not match.
 */
export async function runToGoOnWith(save: string, name: string, facts: object): Promise<RunDirectory | undefined> {
  for (const run of await runsIn(save)) {
    if (name && run.name !== name) continue;
    let file: object | undefined;
    try {
      file = readRunFile(run.path);
    } catch (error) {
      if (!(error instanceof UserError)) throw error; // another version's, or damaged: not one to go on with
    }
    if (file && "watch" in file && sameness(file) === sameness(facts)) return openRunDirectory(run.path);
    if (name)
      throw new UserError(`--name: expected a new name, or a run of this folder with the same options, got "${name}"`);
  }
  return undefined;
}
