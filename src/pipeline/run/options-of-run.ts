import {findRun} from "../record/run-directory";
import {readTrainedRun} from "../record/run-file";
import {checkCodeOutside} from "./code-outside";
import {runOptions} from "./options";

/**
 * The options of a run, for another run that begins with them: all but its folder and name, its list of decisions, and
 * the address that it downloaded from.
 *
 * @throws UserError if there is no such run, or it names code in its own folder.
 */
export async function optionsOfRun(save: string, name: string) {
  const {path} = await findRun(save, name);
  const {options, probes: ofProbes} = readTrainedRun(path, "--from");
  checkCodeOutside(path, options.model);
  const left = new Set(["save", "name", "from", "edit", "dataUrl"]);
  const known = Object.entries(options).filter(([option]) => option in runOptions && !left.has(option));
  return {options: Object.fromEntries(known), probes: ofProbes};
}
