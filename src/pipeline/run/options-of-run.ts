import {findRun} from "../record/run-directory";
import {readTrainedRun} from "../record/run-file";
import {runOptions} from "./options";

/** The options of a run that another begins with: all but where it is kept, the list of decisions that it took, and the
 * address that it fetched from. */
export async function optionsOfRun(save: string, name: string) {
  const {options, probes: ofProbes} = readTrainedRun((await findRun(save, name)).path, "--from");
  const left = new Set(["save", "name", "from", "edit", "dataUrl"]);
  const known = Object.entries(options).filter(([option]) => option in runOptions && !left.has(option));
  return {options: Object.fromEntries(known), probes: ofProbes};
}
