import {join} from "node:path";

import type {NamedArray} from "../../nouns/network";
import {artifactEpochs} from "./artifact-epochs";
import {epochStem} from "./epoch-stem";
import type {RunDirectory} from "./run-directory";
import {readSaved} from "./saved-file";

/** Of a larger network the weights are not kept epoch by epoch: so many numbers are 4 MB. */
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

/** Epochs whose weights a run has kept, ascending. */
export async function epochsOfWeights(run: string): Promise<number[]> {
  return (await artifactEpochs(join(run, "artifacts", "weights"), "all")).sort((a, b) => a - b);
}

export async function readWeights(run: string, epoch: number): Promise<readonly NamedArray[]> {
  const path = join(run, "artifacts", "weights", `${epochStem(epoch, "all")}.json`);
  return ((await readSaved(path)) as {readonly arrays: readonly NamedArray[]}).arrays;
}
