import {basename, dirname, join} from "node:path";

import {resolveOptions} from "../../nouns/options";
import type {RunDirectory} from "../record/run-directory";
import {readTrainedRun} from "../record/run-file";
import {type RunOptions, runOptions} from "./options";
import type {ProbeOptions} from "./probe-once";

/**
 * The options with which a run goes on: those that it began with.
 *
 * @param dataUrl A mirror of MNIST, or "": it comes from the user alone, since the run may be a stranger's.
 * @throws UserError if it is no run that trains, or its run.json says what no option can be.
 */
export function resumedOptions(
  {path}: RunDirectory,
  dataUrl: string,
): {readonly options: RunOptions; readonly probes: ProbeOptions} {
  const {options, probes, engine, data} = readTrainedRun(path, "resume");
  // The engine it began with, and its build: another would round otherwise.
  const same = {engine: engine.name, ...(engine.kernels ? {kernels: engine.kernels} : {})};
  const at = {save: dirname(path), name: basename(path), dataUrl};
  // what earlier versions did, for the runs that they began: images learnt as they are, the first ten explained
  const samples = Array.from({length: Math.min(10, data.test)}, (_, n) => n).join(",");
  const before = {augment: "none", samples};
  const resolved = resolveOptions(runOptions, {...before, ...options, ...same, ...at}, `${join(path, "run.json")}: --`);
  return {options: resolved, probes: probes as ProbeOptions};
}
