import {join} from "node:path";

import type {NamedArray} from "../../nouns/network";
import {artifactEpochs} from "./artifact-epochs";
import {epochStem} from "./epoch-stem";
import type {RunDirectory} from "./run-directory";
import {readSaved} from "./saved-file";
import {sha256Of} from "./seal";

/** The weights of each epoch are kept only if the network has no more than this many: 4 MB for each epoch. */
const MOST = 1e6;

/** Keeps all weights as they are after an epoch, unless they are too many. */
export async function keepWeights(
  directory: RunDirectory,
  epoch: number,
  arrays: readonly NamedArray[],
): Promise<void> {
  if (arrays.reduce((sum, {values}) => sum + values.length, 0) > MOST) return;
  await directory.writeValue(`weights/${epochStem(epoch, "all")}`, {arrays});
}

/** Epochs whose weights a run has kept, ascending; 0 is the untrained network, whose weights earlier versions did not keep. */
export async function epochsOfWeights(run: string): Promise<number[]> {
  return (await artifactEpochs(join(run, "artifacts", "weights"), "all")).sort((a, b) => a - b);
}

/** Hexadecimal SHA-256 of all weights: their names, shapes and numbers, in their order. */
export function weightsDigest(arrays: readonly NamedArray[]): string {
  const hash = sha256Of();
  for (const {name, shape, values} of arrays) {
    hash.update(`${name}\n${shape}\n`).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest("hex");
}

export async function readWeights(run: string, epoch: number): Promise<readonly NamedArray[]> {
  const path = join(run, "artifacts", "weights", `${epochStem(epoch, "all")}.json`);
  return ((await readSaved(path)) as {readonly arrays: readonly NamedArray[]}).arrays;
}
