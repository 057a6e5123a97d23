import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {basename, dirname, join} from "node:path";

import {orUserError} from "../../nouns/system-errors";
import {findRun} from "../record/run-directory";
import {readStatusFile} from "../record/run-status";
import {openSavedRun} from "../record/saved-run";
import {sha256} from "../record/seal";
import type {RunOptions} from "../run/options";
import {checkSame, isDone} from "../sweep-runs";

/** The result of a run, on whatever machine it was trained, as JSON. */
interface Trained {
  readonly run: string;
  /** SHA-256 of the best network's weights. */
  readonly weights: string;
  /** The lines of metrics.jsonl without what the clock said. */
  readonly metrics: readonly object[];
}

/**
 * The result of a run as bytes. They are the same on every machine, and however often the run was interrupted. Training
 * keeps its result in the run's folder.
 *
 * @param options The run must have been made with them.
 * @returns Undefined if it has not reached its end.
 * @throws UserError if a run of that name was made with other options.
 */
export async function trainedBytes(path: string, options: RunOptions): Promise<Uint8Array | undefined> {
  if (!existsSync(join(path, "run.json"))) return undefined;
  const directory = await findRun(dirname(path), basename(path));
  await checkSame(directory, {...options});
  if ((await readStatusFile(path))?.status !== "done" || !(await isDone(directory, options))) return undefined;
  const {facts, metrics} = await openSavedRun(path);
  const file = join(path, "model", "weights.bin");
  const trained: Trained = {
    run: facts.name,
    weights: sha256(await orUserError(file, () => readFile(file), "read")),
    metrics: metrics.map(({seconds: _, ...line}) => line),
  };
  return Buffer.from(JSON.stringify(trained));
}
