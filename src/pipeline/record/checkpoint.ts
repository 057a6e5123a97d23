import {readdir, readFile, rm} from "node:fs/promises";
import {join} from "node:path";

import type {NamedArray, OptimizerState} from "../types";
import {encode, readSaved} from "./artifact-codec";
import {writeWhole} from "./write-whole";

/** All that an unbroken continuation needs: streams of chance are derived from (seed, epoch), so no generator state. */
export interface Checkpoint<Position, Record = unknown> {
  readonly position: Position;
  readonly weights: readonly NamedArray[];
  readonly optimizer: OptimizerState;
  /** What the network answered to the training images of an epoch that is not whole. */
  readonly record?: Record;
}

/** Takes the last one's place; until the moment state.json is renamed, the last one stands. */
export async function writeCheckpoint<P>(run: string, name: string, checkpoint: Checkpoint<P>): Promise<void> {
  const folder = join(run, "checkpoint");
  const binaryName = `state-${name}.bin`;
  const {json, binary = new Uint8Array(0)} = encode(checkpoint, binaryName);
  await writeWhole(join(folder, binaryName), binary);
  await writeWhole(join(folder, "state.json"), json);
  for (const file of await readdir(folder)) {
    if (file.endsWith(".bin") && file !== binaryName) await rm(join(folder, file), {force: true});
  }
}

/** The run's last checkpoint, or undefined if it never came to one. */
export async function readCheckpoint<P, R>(run: string): Promise<Checkpoint<P, R> | undefined> {
  const file = join(run, "checkpoint", "state.json");
  try {
    await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return (await readSaved(file)) as Checkpoint<P, R>; // written by writeCheckpoint
}
