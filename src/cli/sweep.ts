import {existsSync} from "node:fs";
import {basename, dirname, join, resolve} from "node:path";

import {type OptionTable, resolveOptions} from "../nouns/options";
import {findRun} from "../pipeline/record/run-directory";
import {readRunFile} from "../pipeline/record/run-file";
import {keptEdit} from "../pipeline/run/data";
import {runOptions} from "../pipeline/run/options";
import {optionsOfRun} from "../pipeline/run/options-of-run";
import {type SweepRun, seedsOf, sweepGrid} from "../pipeline/sweep";
import {checkSame, hasFailures, isDone, optionsOf} from "../pipeline/sweep-runs";
import type {ErrorTrials} from "../pipeline/trials/types";
import type {Command} from "./command";
import {declareDryRun, planned, tellPlan} from "./dry-run";
import {declareFlags, givenOf} from "./flags";
import {sayEvent} from "./json-events";
import {declareRunFlags, drive, handsOf} from "./run";
import {outcomeOf, tableOf} from "./sweep-outcome";
import {checkTrials, trialsOf} from "./sweep-trials";
import {complain, paint, say as print} from "./terminal";

interface SweepOptions {
  readonly seeds: string;
  readonly over: string;
  readonly noTrials: boolean;
}

const sweepFlags: OptionTable<SweepOptions> = {
  seeds: {default: "3", help: "how many seeds (5: the seeds 0 to 4), or which (0,3,7)"},
  over: {default: "", help: "a flag and the values to try: learning-rate=0.001,0.004; may be given several times"},
  noTrials: {
    default: false,
    help: "over train-limit, widths or depths: the table alone, without the page of error trials",
  },
};

const HANDS = handsOf(
  "who trains: a number of runs at a time, which share this machine's cores, or a queue, redis://host:6379 or rediss://…, whose workers train; all learn the same. Without it, one run after another, on all cores",
);

/** The names of a sweep's runs begin with this word, unless `--name` gives another. */
const DEFAULT_NAME = "sweep";

/** Trains one network many times: with several seeds, and with every combination of the values asked for. */
export const sweepCommand: Command = {
  command: "sweep",
  describe: "train with many seeds and values of any flag, and tell gains from chance",
  help: {
    usage: "sweep [flags]",
    rows: [
      ["--seeds N", "how many seeds (5: the seeds 0 to 4), or which (0,3,7)"],
      ["--over FLAG=A,B,…", "a flag of `run` and the values to try; you may give several --over"],
      ["--data --model --epochs", "these and all other flags of `run` hold for every run of the sweep"],
      ["--probes LIST", "which probes look at the networks"],
      ["--over train-limit=…", "or widths, depths: also a page of how the error falls; --no-trials: none"],
      ["--from RUN", "take that run's options; `compare` then measures chance by the seeds"],
      ["--workers N", "train N runs at a time; or a queue: redis://host:6379"],
      ["--name NAME", "the beginning of the runs' names [sweep, or RUN]"],
      ["--dry-run", "say which runs would be made, how long they take and what they write; then stop"],
    ],
    also: ["save"],
    examples: [
      "epochscope sweep --seeds 5 --epochs 2",
      "epochscope sweep --over learning-rate=0.001,0.004 --seeds 3",
      "epochscope sweep --over train-limit=700,2000,6000,20000 --model mlp",
    ],
    note: "Runs that are done are not repeated, so the same command continues a broken sweep.",
  },
  builder(cli) {
    const {seeds, noTrials} = sweepFlags;
    declareFlags(cli, {seeds, noTrials, ...HANDS}, "", "Sweep:");
    cli.option("over", {
      type: "string",
      array: true,
      requiresArg: true,
      describe: sweepFlags.over.help,
      group: "Sweep:",
    });
    const {seed: _, ...table} = runOptions;
    declareRunFlags(cli, {...table, probes: {...runOptions.probes, default: "confusion"}});
    declareDryRun(cli);
  },
  async handler(given) {
    const json = given.json === true;
    const {over: _, ...own} = sweepFlags;
    const {seeds, noTrials} = resolveOptions(own, givenOf(given, own, ""), "--");
    const {workers} = resolveOptions(HANDS, givenOf(given, HANDS, ""), "--");
    const over = (given.over ?? []) as string[];
    const asked = givenOf(given, runOptions, "") as {readonly [name: string]: unknown};
    const from = asked.from ? await findRun(`${asked.save ?? runOptions.save.default}`, `${asked.from}`) : undefined;
    const parent = from ? await optionsOfRun(dirname(from.path), from.path) : undefined;
    // other seeds of a run learn from the images that it learnt from
    const edit = from ? keptEdit(from.path, readRunFile(from.path)) : "";
    const common: {readonly [name: string]: unknown} = {...parent?.options, edit, probes: "confusion", ...asked};
    const beginning = common.name ?? (from ? basename(from.path) : DEFAULT_NAME);
    const grid = sweepGrid(`${beginning}`, over, seedsOf(`${seeds}`));
    const plans = grid.map((run) => ({run, ...optionsOf(run, common)})); // all are checked before the first begins
    const {save} = plans[0].options;
    const all = plans.map((plan) => plan.options);
    if (!noTrials) await checkTrials(grid, all);
    if (given["dry-run"] === true) {
      const {planMany}: typeof import("../pipeline/plan/plan-many") = require("../pipeline/plan/plan-many");
      const runs = await Promise.all(plans.map(runToPlan));
      tellPlan("sweep", await planned(planMany(runs), given), given);
      return 0;
    }
    const say = (line: string) => {
      if (given.quiet !== true && !json) complain(line);
    };
    const troubled = new Set<string>();
    const isInTurn = workers === "" || workers === "1";
    if (!isInTurn) {
      const {trainAtOnce}: typeof import("./sweep-elsewhere") = require("./sweep-elsewhere");
      const code = await trainAtOnce(
        plans.map(({options, probeOptions}) => ({options, probeOptions, sweep: `${beginning}`})),
        ...([workers, given] as const),
      );
      if (code !== 0) return code;
    }
    for (const [i, {run, options, probeOptions}] of isInTurn ? plans.entries() : []) {
      const isThere = existsSync(join(save, run.name, "run.json"));
      const known = isThere ? await findRun(save, run.name) : undefined;
      if (known) await checkSame(known, {...options});
      if (known && (await isDone(known, options))) {
        say(`run ${i + 1} of ${plans.length}: ${run.name} is there already`);
        continue;
      }
      say(`run ${i + 1} of ${plans.length}: ${run.name}`);
      const code = await drive(options, probeOptions, given, known ? {resume: known} : {sweep: `${beginning}`});
      // a run that reached its end counts, even if a probe failed or its page could not be made: the run has said so
      if (code !== 0 && !(await isDone(await findRun(save, run.name), options))) return code;
      if (code !== 0) troubled.add(run.name);
    }
    const outcome = await outcomeOf(save, grid);
    const made = !noTrials ? await trialsOf(`${beginning}`, grid, all, say) : undefined;
    const trials = made && {page: made.page, ...withoutMissed(made.trials)};
    if (json) sayEvent("outcome", {...outcome, ...(trials ? {trials} : {})});
    else if (given.quiet !== true) {
      for (const line of [...tableOf(outcome).split("\n"), ...(made?.lines ?? [])]) print(line);
    }
    for (const {name} of grid) if (await hasFailures(await findRun(save, name))) troubled.add(name);
    if (troubled.size === 0) return 0;
    const names = [...troubled].join(", ");
    complain(
      `${paint.red("error:")} sweep: expected runs without failures, got failures in ${names}; their accuracies count`,
    );
    return 1;
  },
};

/** The trials as the outcome shows them, without the missed images: these are in `ledger.csv` and `trials.json`. */
function withoutMissed({schema: _, missed, ...rest}: ErrorTrials) {
  return {...rest, missed: missed.length};
}

/**
 * A run of the sweep in the form that a plan needs.
 *
 * @throws UserError if a run of that name was made with other options.
 */
async function runToPlan({run, options, probeOptions}: {readonly run: SweepRun} & ReturnType<typeof optionsOf>) {
  const path = resolve(options.save, run.name);
  const known = existsSync(join(path, "run.json")) ? await findRun(options.save, run.name) : undefined;
  if (known) await checkSame(known, {...options});
  const state = !known ? "new" : (await isDone(known, options)) ? "done" : "unfinished";
  return {setting: JSON.stringify(run.values), options, probeOptions, path, state} as const;
}
