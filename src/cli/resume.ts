import {readFile} from "node:fs/promises";
import {join} from "node:path";

import {resolveOptions, UserError} from "../pipeline/options";
import {findRun} from "../pipeline/record/run-directory";
import {runOptions} from "../pipeline/run-options";
import type {ProbeOptions} from "../pipeline/run-probes";
import type {Command} from "./command";
import {drive} from "./run";

/** Goes on with a run that was broken off, with the options it began with: what comes is what would have come. */
export const resumeCommand: Command = {
  command: "resume [run]",
  describe: "go on with a run that was broken off",
  builder(cli) {
    cli.positional("run", {type: "string", default: "latest", describe: "its name, or its folder"});
    cli.option("save", {type: "string", default: "save", describe: "the folder that runs are kept in"});
  },
  async handler(given) {
    const save = `${given.save}`;
    const directory = await findRun(save, `${given.run}`);
    const {options, probes, format, engine} = JSON.parse(await readFile(join(directory.path, "run.json"), "utf8"));
    if (format !== "epochscope-run/1") {
      throw new UserError(`${join(directory.path, "run.json")}: expected format epochscope-run/1, got ${format}`);
    }
    // The engine it began with, and its build: another would round otherwise.
    const same = {engine: engine.name, ...(engine.kernels ? {kernels: engine.kernels} : {})};
    const resolved = resolveOptions(runOptions, {...options, ...same, save}, "--");
    return drive(resolved, probes as ProbeOptions, given, {resume: directory});
  },
};
