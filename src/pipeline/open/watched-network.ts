import {existsSync} from "node:fs";
import {join} from "node:path";

import type {Classifier} from "../../nouns/network";
import {resolveOptions, UserError} from "../../nouns/options";
import {openRunDirectory} from "../record/run-directory";
import {readRunFile} from "../record/run-file";
import {digestOf} from "../watch/digest";
import {checkpointsIn, filesOf} from "../watch/folder";
import {readLookedAt} from "../watch/looked-at";
import {openerOf} from "../watch/openers";
import {watchOptions} from "../watch/options";
import {partsFinder} from "../watch/read-checkpoint";
import {opened, readModel} from "./model-file";
import {networkOfRun} from "./run-network";

/** A network that was watched, open again. */
interface Again {
  readonly classifier: Classifier;
  dispose(): Promise<void>;
}

/**
 * Opens the networks that a run may have watched at an epoch, one after another, and hands each to the caller: the
 * checkpoint, if it still stands unchanged in its folder, then the best network, which the run keeps.
 *
 * @param use Returns undefined if this is not the network that the caller looks for.
 * @returns The caller's result for the first network that is the right one; or the reason in words if there is none.
 */
export async function withWatchedNetwork<R>(
  path: string,
  epoch: number,
  use: (classifier: Classifier) => Promise<R | undefined>,
): Promise<R | string> {
  const file = readRunFile(path);
  for (const open of [() => checkpointAgain(path, epoch), () => keptAgain(path)]) {
    const again = await open();
    if (again === undefined) continue;
    try {
      const made = await use(again.classifier);
      if (made !== undefined) return made;
    } finally {
      await again.dispose();
    }
  }
  const kept = [".onnx", ".json"].some((ending) => existsSync(join(path, "model", `model${ending}`)));
  if (!kept) return `${file.name} watched answers alone, and has no network to ask`;
  const name = (await readLookedAt(openRunDirectory(path)))[epoch]?.file ?? "the checkpoint";
  return `${file.name} kept its best network alone, and ${name} of epoch ${epoch} is not in ${file.watch?.folder} any more as it was`;
}

/** The checkpoint that was looked at; undefined if it is gone, has changed, or is not a network. */
async function checkpointAgain(path: string, epoch: number): Promise<Again | undefined> {
  const {watch, options: kept} = readRunFile(path);
  const folder = watch?.folder;
  const {sha256} = (await readLookedAt(openRunDirectory(path)))[epoch] ?? {};
  if (folder === undefined || sha256 === undefined || !existsSync(folder)) return undefined;
  const options = resolveOptions(watchOptions, {...kept, dataUrl: ""}, `${join(path, "run.json")}: --`);
  const {all, graph} = await checkpointsIn(folder, options);
  const checkpoint = all.find((one) => one.epoch === epoch);
  if (!checkpoint || checkpoint.kind === "answers") return undefined;
  const own = await partsFinder()(checkpoint, await filesOf(checkpoint));
  if ((await digestOf(graph === undefined ? own : [...own, graph])) !== sha256) return undefined;
  const open = await openerOf(options);
  const {network, dispose} = await open.checkpoint(checkpoint, graph);
  return {
    classifier: network,
    async dispose() {
      await dispose();
      await open.end();
    },
  };
}

/** The best network, which the run keeps; undefined if it only watched answers. */
async function keptAgain(path: string): Promise<Again | undefined> {
  try {
    const {model, load} = await networkOfRun(path, readRunFile(path));
    const classifier = await opened(await readModel(model), model, "auto", load);
    return {classifier, dispose: async () => classifier.dispose()};
  } catch (error) {
    if (error instanceof UserError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
