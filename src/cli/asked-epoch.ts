import {UserError} from "../nouns/options";
import {epochsOfWeights} from "../pipeline/record/epoch-weights";
import {bestEpoch} from "../pipeline/record/kept-epochs";
import type {findRun} from "../pipeline/record/run-directory";
import type {EpochName} from "../pipeline/record/run-reference";

/**
 * The number of an epoch that the user named.
 *
 * @throws UserError if the run has not finished an epoch yet.
 */
export async function epochNumber(
  {readMetrics, path}: Awaited<ReturnType<typeof findRun>>,
  name: EpochName,
): Promise<number> {
  if (typeof name === "number") return name;
  const metrics = await readMetrics();
  const epoch = name === "best" ? bestEpoch(metrics) : metrics.at(-1)?.epoch;
  if (epoch !== undefined) return epoch;
  throw new UserError(`${path}: expected a run with a finished epoch, got none yet`, {code: "NOT_FOUND"});
}

/** @throws UserError if the run did not keep the weights of this epoch. @param run Its name, for the error. */
export async function checkKeptEpoch(path: string, run: string, epoch: number): Promise<void> {
  const kept = await epochsOfWeights(path);
  if (kept.includes(epoch)) return;
  const list = kept.length === 0 ? "none were kept" : kept.join(", ");
  throw new UserError(`${run}: expected an epoch whose weights were kept (${list}), got ${epoch}`, {code: "NOT_FOUND"});
}
