import {existsSync} from "node:fs";
import {join} from "node:path";

import {resolveOptions} from "../nouns/options";
import {findRun} from "../pipeline/record/run-directory";
import {readRunFile} from "../pipeline/record/run-file";
import {type RunOptions, runOptions} from "../pipeline/run/options";
import type {ProbeOptions} from "../pipeline/run/probe-once";
import {checkSame, isDone} from "../pipeline/sweep-runs";
import {drive} from "./run";

/** A run that must exist at the end. */
export interface Wanted {
  readonly options: RunOptions;
  readonly probes: ProbeOptions;
  /**
   * The digest of its data, including the decisions; undefined if it is not known, so that no run counts as the same.
   */
  readonly digest: string | undefined;
}

/** The options of a run of another seed, as `sweep` would make it: its one probe only counts right answers. */
export function otherSeed(base: {readonly [option: string]: unknown}, seed: number, name: string): RunOptions {
  return resolveOptions(runOptions, {...base, probes: "confusion", pageModel: false, track: "", seed, name}, "--");
}

/** The seeds to train, `count` in all: the run's own, then those that are known, then 0, 1, 2 and so on. */
export function seedsToTry(own: number, count: number, known: readonly number[]): number[] {
  const seeds = [own, ...known.filter((seed) => seed !== own)];
  for (let seed = 0; seeds.length < count; seed++) if (!seeds.includes(seed)) seeds.push(seed);
  return seeds.slice(0, count);
}

/**
 * Trains a run, unless it exists: a finished run is used as it is, and an interrupted one is continued.
 *
 * @param say Called with a line for the user that says what happens.
 * @returns The exit code: not 0 if the run is not whole, or something in it failed.
 * @throws UserError if a run of that name was made with other options or other data.
 */
export async function trained(
  {options, probes, digest}: Wanted,
  given: {readonly [flag: string]: unknown},
  say: (line: string) => void,
): Promise<number> {
  const {save, name} = options;
  const known = digestAt(save, name) === (digest ?? "") ? await findRun(save, name) : undefined;
  if (known) {
    await checkSame(known, {...options});
    if (await isDone(known, options)) {
      say(`${name} is there already`);
      return 0;
    }
  }
  say(name);
  return drive(options, probes, given, known ? {resume: known} : {});
}

/** The first name of a kind (`first-edited`, `first-edited-2`, …) that is free, or that a run with the same data has. */
export function nameToTry(save: string, name: string, digest: string | undefined): string {
  for (let n = 1; ; n++) {
    const own = n === 1 ? name : `${name}-${n}`;
    if (!existsSync(join(save, own)) || digestAt(save, own) === (digest ?? "")) return own;
  }
}

/** The digest of a run's data; undefined if there is no run. */
function digestAt(save: string, name: string): string | undefined {
  const folder = join(save, name);
  return existsSync(join(folder, "run.json")) ? readRunFile(folder).data.digest : undefined;
}
