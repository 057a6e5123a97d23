import {existsSync} from "node:fs";
import {resolve} from "node:path";

import {kebab, UserError} from "../../nouns/options";
import type {TrainSubject} from "../jobs/train-question";
import {isModelFile} from "../model/own/model-file";
import {programVersions} from "../record/environment";
import {isInside} from "../record/is-inside";
import type {RunOptions} from "../run/options";
import type {ProbeOptions} from "../run/probe-once";

/** Options that belong to the machine that computes, or that change nothing. */
const LEFT = new Set(["save", "name", "threads", "dataUrl"]);

/** Options that name files or folders. */
const PLACES = ["data", "edit", "columns", "weights"] as const;

/** A run's options as a plain value that means the same in another working folder: its paths are absolute. */
export function subjectOf(options: RunOptions, probes: ProbeOptions, sweep?: string): TrainSubject {
  const {name, ...rest} = options;
  const entries = Object.entries(rest).filter(([option]) => !LEFT.has(option));
  const places = PLACES.filter((option) => isPath(options, option)).map((option) => [option, resolve(options[option])]);
  const model = isModelFile(options.model) ? {model: resolve(options.model)} : {};
  return {
    ...{kind: "train/1", name},
    options: {...Object.fromEntries(entries), ...Object.fromEntries(places), ...model},
    probes: Object.fromEntries(Object.entries(probes).map(([probe, values]) => [probe, {...values}])),
    ...(sweep === undefined ? {} : {sweep}),
    ...programVersions(),
  };
}

/** "mnist" is not a path, nor is the name of a run whose weights are taken. */
function isPath(options: RunOptions, option: (typeof PLACES)[number]): boolean {
  const word = options[option];
  if (word === "" || (option === "data" && word === "mnist")) return false;
  return option !== "weights" || existsSync(word);
}

/**
 * Checks options that came through a queue, which may be a stranger's: they may only read folders that the worker's
 * user has named, and must not run code.
 *
 * @param folders The folders that may be read; the folder of runs may always be read.
 * @throws UserError that names the flag.
 */
export function checkReads(options: RunOptions, folders: readonly string[]): void {
  if (isModelFile(options.model)) {
    throw new UserError(`--model: expected a built-in model for a worker, got the file ${options.model}`);
  }
  const allowed = [options.save, ...folders].map((folder) => resolve(folder));
  for (const option of PLACES) {
    const word = options[option];
    if (word === "" || (option === "data" && word === "mnist")) continue;
    const path = option === "weights" ? resolve(options.save, word) : resolve(word);
    if (allowed.some((folder) => isInside(folder, path))) continue;
    const where = allowed.join(", ");
    throw new UserError(
      `--${kebab(option)}: expected a path in a folder that this worker may read (${where}), got ${word}; start the worker with --reads FOLDER`,
    );
  }
}
