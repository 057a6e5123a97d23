import {basename, dirname, join} from "node:path";

import {resolveOptions} from "../nouns/options";
import {findRun} from "../pipeline/record/run-directory";
import {readTrainedRun} from "../pipeline/record/run-file";
import {runOptions} from "../pipeline/run/options";
import type {ProbeOptions} from "../pipeline/run/probe-once";
import {type Command, RUN_WORDS} from "./command";
import {declareFlags, givenOf} from "./flags";
import {declarePageFlags} from "./page-flags";
import {drive, SERVE} from "./run";

/** Goes on with a run that was broken off, with the options it began with: what comes is what would have come. */
export const resumeCommand: Command = {
  command: "resume [run]",
  describe: "go on with a run that was broken off, to the bits that it would have had",
  help: {
    usage: "resume [RUN] [flags]",
    rows: [
      ["RUN", "a name, its beginning, a folder, latest, latest~1 [latest]"],
      ["--save FOLDER", "where runs are kept"],
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
    const {options, probes, engine, data} = readTrainedRun(directory.path, "resume");
    // The engine it began with, and its build: another would round otherwise.
    const same = {engine: engine.name, ...(engine.kernels ? {kernels: engine.kernels} : {})};
    // an address comes from the user alone: the run may be a stranger's
    const url = givenOf(given, {dataUrl: 0}, "").dataUrl ?? "";
    const at = {save: dirname(directory.path), name: basename(directory.path), dataUrl: url};
    const file = join(directory.path, "run.json");
    // what earlier versions did, for the runs that they began: images learnt as they are, the first ten explained
    const samples = Array.from({length: Math.min(10, data.test)}, (_, n) => n).join(",");
    const before = {augment: "none", samples};
    const resolved = resolveOptions(runOptions, {...before, ...options, ...same, ...at}, `${file}: --`);
    return drive(resolved, probes as ProbeOptions, given, {resume: directory});
  },
};
