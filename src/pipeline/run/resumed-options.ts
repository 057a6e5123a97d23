import {basename, dirname, join} from "node:path";

import {resolveOptions} from "../../nouns/options";
import type {RunDirectory} from "../record/run-directory";
import {readTrainedRun} from "../record/run-file";
import {checkCodeOutside} from "./code-outside";
import {type RunOptions, runOptions} from "./options";
import type {ProbeOptions} from "./probe-once";

/**
 * The options with which a resumed run continues: the same with which it began.
 *
 * @param dataUrl A mirror of MNIST, or "". It comes from the user, never from run.json, because the run may be a
 * stranger's.
 * @throws UserError if the folder holds no run that trains, an option in its run.json is not valid, or the option names
 * code in this folder.
 */
export function resumedOptions(
  {path}: RunDirectory,
  dataUrl: string,
): {readonly options: RunOptions; readonly probes: ProbeOptions} {
  const {options, probes, engine, data} = readTrainedRun(path, "resume");
  checkCodeOutside(path, options.model);
  // The engine and kernels it began with: others would round differently.
  const same = {engine: engine.name, ...(engine.kernels ? {kernels: engine.kernels} : {})};
  const at = {save: dirname(path), name: basename(path), dataUrl};
  // defaults of earlier versions, for runs that they began: images without augmentation, and the first ten explained
  const samples = Array.from({length: Math.min(10, data.test)}, (_, n) => n).join(",");
  const before = {augment: "none", samples};
  const resolved = resolveOptions(runOptions, {...before, ...options, ...same, ...at}, `${join(path, "run.json")}: --`);
  return {options: resolved, probes: probes as ProbeOptions};
}
