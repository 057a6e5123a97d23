import {readdir, rename, rm} from "node:fs/promises";
import {join} from "node:path";
import type {NamedArray, OptimizerState} from "../../nouns/network";
import {UserError} from "../../nouns/options";
import {orUserError} from "../../nouns/system-errors";
import {encode} from "./artifact-codec";
import {readSaved} from "./saved-file";
import {textIfThere} from "./text-if-there";
import {writeWhole} from "./write-whole";

/**
 * Everything that is needed to continue as if there had been no interruption. Random numbers are derived from (seed,
 * epoch), so no state of a generator is needed.
 */
export interface Checkpoint<Position, Record = unknown> {
  readonly position: Position;
  readonly weights: readonly NamedArray[];
  readonly optimizer: OptimizerState;
  /** The network's answers to the training images of an epoch that is not complete. */
  readonly record?: Record;
}

const LAST = "state.json";
/** The checkpoint before the last, for the case that the last one is damaged. */
const BEFORE = "state-before.json";

/**
 * Writes a new last checkpoint. It is completely on the disk before state.json is renamed. Until then, the old last
 * checkpoint stays the last; afterwards, it is the one before.
 *
 * @param name The name of the moment, such as "3-120".
 */
export async function writeCheckpoint<P>(run: string, name: string, checkpoint: Checkpoint<P>): Promise<void> {
  const folder = join(run, "checkpoint");
  const last = await textIfThere(join(folder, LAST));
  const stem = `state-${name}`;
  const binaryName = binaryOf(last) === `${stem}.bin` ? `${stem}-again.bin` : `${stem}.bin`; // not over the last one's
  const {json, binary} = encode(checkpoint, binaryName);
  if (binary) await writeWhole(join(folder, binaryName), binary, {synced: true});
  if (last !== undefined) await writeWhole(join(folder, BEFORE), last);
  await writeWhole(join(folder, LAST), json, {synced: true});
  const needed = [binaryName, binaryOf(last)];
  await orUserError(folder, async () => {
    for (const file of await readdir(folder)) {
      if (file.endsWith(".bin") && !needed.includes(file)) await rm(join(folder, file), {force: true});
    }
  });
}

/** A checkpoint that was read and, if it is not the last one, the reason for that. */
export interface FoundCheckpoint<P, R> {
  readonly checkpoint: Checkpoint<P, R>;
  readonly note?: string;
}

/**
 * The run's last checkpoint, or the one before if that is damaged; undefined if the run never wrote one.
 *
 * @param check Throws a UserError if this run cannot continue from a checkpoint.
 * @throws UserError if all checkpoints are damaged; it is about the last one.
 */
export async function readCheckpoint<P, R>(
  run: string,
  check: (checkpoint: Checkpoint<P, R>, path: string) => void = () => {},
): Promise<FoundCheckpoint<P, R> | undefined> {
  const [last, before] = [LAST, BEFORE].map((name) => join(run, "checkpoint", name));
  const read = async (path: string) => {
    const checkpoint = (await readSaved(path)) as Checkpoint<P, R>; // it is checked below
    checkCheckpoint(checkpoint, path);
    check(checkpoint, path);
    return checkpoint;
  };
  const hasBefore = (await textIfThere(before)) !== undefined;
  if (!hasBefore && (await textIfThere(last)) === undefined) return undefined;
  try {
    return {checkpoint: await read(last)};
  } catch (fault) {
    if (!(fault instanceof UserError) || !hasBefore) throw fault;
    try {
      const checkpoint = await read(before);
      await orUserError(last, () => rename(before, last)); // otherwise the damaged one would take its place
      return {checkpoint, note: `${fault.message}; the run goes on from the checkpoint before`};
    } catch (error) {
      throw error instanceof UserError ? fault : error;
    }
  }
}

/**
 * @throws UserError if it does not have the form of a checkpoint. This is checked because earlier versions wrote no
 * digest.
 */
function checkCheckpoint(value: Checkpoint<unknown> | null, path: string): void {
  const refuse = (what: string) => {
    throw new UserError(`${path}: expected a checkpoint, got one without ${what}`);
  };
  if (typeof value?.position !== "object" || value.position === null) refuse("a position");
  const {weights, optimizer} = value as Checkpoint<unknown>;
  if (!areNamedArrays(weights)) refuse("whole weights");
  if (!(Number.isSafeInteger(optimizer?.steps) && optimizer.steps >= 0)) refuse("the optimizer's steps");
  if (!areNamedArrays(optimizer.slots)) refuse("the optimizer's whole moments");
}

function areNamedArrays(arrays: readonly NamedArray[]): boolean {
  return (
    Array.isArray(arrays) &&
    arrays.every(
      (array) =>
        typeof array?.name === "string" &&
        Array.isArray(array.shape) &&
        array.values instanceof Float32Array &&
        array.values.length === array.shape.reduce((size: number, extent: number) => size * extent, 1),
    )
  );
}

/** The binary file that a checkpoint's JSON names. */
function binaryOf(json: string | undefined): string | undefined {
  return /"file":"([^"]+)"/.exec(json ?? "")?.[1];
}
