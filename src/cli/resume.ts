import {findRun} from "../pipeline/record/run-directory";
import {runOptions} from "../pipeline/run/options";
import {resumedOptions} from "../pipeline/run/resumed-options";
import {type Command, RUN_WORDS} from "./command";
import {declareFlags, givenOf} from "./flags";
import {declarePageFlags} from "./page-flags";
import {drive, SERVE} from "./run";

/**
 * Continues an interrupted run with the options with which it began; the result is the same as without the
 * interruption.
 */
export const resumeCommand: Command = {
  command: "resume [run]",
  describe: "continue an interrupted run, with exactly the result that it would have had",
  help: {
    usage: "resume [RUN] [flags]",
    rows: [
      ["RUN", "a name, its beginning, a folder, latest, latest~1 [latest]"],
      ["--save FOLDER", "the folder in which runs are kept"],
      ["--serve --open", "serve the page meanwhile; open it"],
    ],
    also: ["port", "data-url"],
    examples: ["epochscope resume"],
    note: "All options are those that the run began with.",
  },
  builder(cli) {
    cli.positional("run", {type: "string", default: "latest", describe: RUN_WORDS});
    cli.option("save", {type: "string", default: "save", describe: "the folder that runs are kept in"});
    declareFlags(cli, {dataUrl: runOptions.dataUrl}, "", "Run:");
    declarePageFlags(cli, SERVE);
  },
  async handler(given) {
    const directory = await findRun(`${given.save}`, `${given.run}`);
    // an address may only come from the user, because the run may be a stranger's
    const url = givenOf(given, {dataUrl: 0}, "").dataUrl ?? "";
    const {options, probes} = resumedOptions(directory, `${url}`);
    return drive(options, probes, given, {resume: directory});
  },
};
