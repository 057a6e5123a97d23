import {join} from "node:path";

import {drained} from "../../nouns/drained";
import {resolveOptions} from "../../nouns/options";
import type {Dataset} from "../../nouns/samples";
import type {RunFile} from "../record/run-file";
import {openRunData} from "./data";
import {type RunOptions, runOptions} from "./options";

/**
 * The options that a run began with, each checked again. The address that it downloaded from is left out, because what
 * asks an old run downloads nothing.
 *
 * @throws UserError that names run.json and the option, if one is none today.
 */
export function begunOptions(path: string, {options}: Pick<RunFile, "options">): RunOptions {
  return resolveOptions(runOptions, {...options, dataUrl: ""}, `${join(path, "run.json")}: --`);
}

/**
 * The data that a run began with, read again.
 *
 * @throws UserError if they are nowhere, or if other data stand in their place: it names both.
 */
export async function reopenedData(path: string, file: Pick<RunFile, "options" | "data">): Promise<Dataset> {
  return drained(openRunData(path, file, begunOptions(path, file)));
}
