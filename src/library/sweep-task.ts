import {existsSync} from "node:fs";
import {join} from "node:path";

import {UserError} from "../nouns/options";
import {probes as knownProbes} from "../pipeline/probes/index";
import {findRun} from "../pipeline/record/run-directory";
import {run as runEvents} from "../pipeline/run";
import type {RunEvent} from "../pipeline/run/events";
import {seedsOf, sweepGrid} from "../pipeline/sweep";
import {checkSame, isDone, optionsOf} from "../pipeline/sweep-runs";
import {type RunSettings, resolved} from "./run-tasks";
import {type OpenRun, openRun} from "./saved-runs";
import {type Task, taskOf} from "./task";

/** The settings of `sweep`, besides those of `run`. */
export interface SweepSettings extends Omit<RunSettings, "seed" | "ownProbes" | "makeModel"> {
  /** Values to try, by the option's name: `{learningRate: [0.001, 0.004], "lime.samples": [60, 250]}`. Every combination is run. */
  readonly over?: {readonly [option: string]: readonly (string | number | boolean)[]};
  /** How many seeds, from 0 on, or which. By default 3. */
  readonly seeds?: number | readonly number[];
}

/** The result of a sweep. */
export interface SweepResult {
  readonly status: "done" | "interrupted";
  readonly runs: readonly OpenRun[];
}

/**
 * Runs with every value and every seed, one after another, as the command `sweep` does. Runs that are done are not
 * repeated, and an interrupted run is continued.
 *
 * @example const {runs} = await sweep({over: {learningRate: [0.001, 0.004]}, seeds: 3, epochs: 2});
 * @throws EpochscopeError BAD_OPTION for an option that `run` does not have, or if a run of that name has other
 * options.
 */
export function sweep({over = {}, seeds = 3, ...settings}: SweepSettings = {}): Task<RunEvent, SweepResult> {
  return taskOf(async function* () {
    const {options, probeOptions, control} = await resolved({probes: "confusion", ...settings});
    const name = settings.name ?? "sweep";
    const flags = Object.entries(over).map(([option, values]) => `${flagOf(option)}=${values.join(",")}`);
    const grid = sweepGrid(name, flags, typeof seeds === "number" ? seedsOf(`${seeds}`) : checkedSeeds(seeds));
    // all are checked before the first begins
    const plans = grid.map((one) => ({one, ...optionsOf(one, {...options})}));
    for (const {one, options: own, probeOptions: ofProbes} of plans) {
      const known = existsSync(join(own.save, one.name, "run.json")) ? await findRun(own.save, one.name) : undefined;
      if (known) await checkSame(known, {...own});
      if (known && (await isDone(known, own))) continue;
      const given = Object.fromEntries(
        knownProbes.map(({name: probe}) => [probe, {...probeOptions[probe], ...ofProbes[probe]}]),
      );
      const begun = known ? {...control, resume: known} : {...control, sweep: name};
      yield* runEvents(own, given, begun);
      if (settings.signal?.aborted) break;
    }
    const done = plans.filter(({one}) => existsSync(join(options.save, one.name, "run.json")));
    const runs: OpenRun[] = [];
    for (const {one} of done) runs.push(await openRun(one.name, {save: options.save}));
    return {status: settings.signal?.aborted ? "interrupted" : "done", runs};
  });
}

/** @throws EpochscopeError BAD_OPTION if a number is not a valid seed. */
function checkedSeeds(seeds: readonly number[]): readonly number[] {
  const bad = seeds.find((seed) => !Number.isSafeInteger(seed) || seed < 0);
  if (bad === undefined && seeds.length > 0) return seeds;
  throw new UserError(`seeds: expected whole numbers, 0 or more, got ${bad ?? "none"}`, {code: "BAD_OPTION"});
}

/** The name of the flag for an option: "learning-rate" for "learningRate". */
function flagOf(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
