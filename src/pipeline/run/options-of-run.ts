import {findRun} from "../record/run-directory";
import {readTrainedRun} from "../record/run-file";
import {runOptions} from "./options";

/**
 * The options of a run, for another run that begins with them: all but its folder and name, its list of decisions, and
 * the address that it downloaded from.
 */
export async function optionsOfRun(save: string, name: string) {
  const {options, probes: ofProbes} = readTrainedRun((await findRun(save, name)).path, "--from");
  const left = new Set(["save", "name", "from", "edit", "dataUrl"]);
  const known = Object.entries(options).filter(([option]) => option in runOptions && !left.has(option));
  return {options: Object.fromEntries(known), probes: ofProbes};
}
