import {join} from "node:path";
import {pathToFileURL} from "node:url";

import {type OptionTable, oneOf, positiveInteger, resolveOptions, UserError} from "../nouns/options";
import {findRunAt} from "../pipeline/record/saved-run";
import {writeWhole} from "../pipeline/record/write-whole";
import {compareRuns} from "../report/compare/compare-runs";
import {compareDocument, DECIDING, type DecidingMetric, worseBy} from "../report/compare/document";
import {comparePage} from "../report/compare/page";
import {RUNS_FILE, runsShown} from "../report/compare/runs-shown";
import {writeReport} from "../report/page";
import type {Command} from "./command";
import {comparisonLines} from "./compare-words";
import {declareFlags, givenOf} from "./flags";
import {say, sayJson} from "./terminal";

interface CompareOptions {
  readonly metric: DecidingMetric;
  readonly top: number;
  readonly failUnder: number;
  readonly out: string;
  readonly save: string;
  readonly report: boolean;
  readonly json: boolean;
}

/** Stands for "no limit": a run may be worse by any amount. */
const NO_LIMIT = 1e9;

const compareFlags: OptionTable<CompareOptions> = {
  metric: {
    default: "test-accuracy",
    help: `what --fail-under looks at: ${Object.keys(DECIDING).join(", ")}`,
    check: oneOf(...(Object.keys(DECIDING) as DecidingMetric[])),
  },
  top: {default: 10, help: "images and confusions that are listed", check: positiveInteger},
  failUnder: {
    default: NO_LIMIT,
    help: "exit code 3 if a run is worse than the base by more than this (0.002 is 0.2 points)",
    check: (value) => (value >= 0 ? undefined : "a number, 0 or more"),
  },
  out: {default: "", help: "also write the comparison as a page (.html) or as data (.json)"},
  save: {default: "save", help: "the folder that runs are kept in"},
  report: {default: false, help: "also show it on the last run's page, as its question Runs"},
  json: {default: false, help: "print the comparison as JSON (schema epochscope/compare/1)"},
};

/** The verdict is no, though all worked: `--fail-under` was passed. */
const VERDICT_NO = 3;

/** Says what one run does better than another, on the images that both were tested on, and how much of it is chance. */
export const compareCommand: Command = {
  command: "compare <runs..>",
  describe: "lay runs side by side: what got better, what broke, and whether it was luck",
  builder(cli) {
    cli.positional("runs", {
      type: "string",
      array: true,
      describe: "two or more: a name, latest, latest~1 (the one before), a folder; RUN@3 is its epoch 3",
    });
    declareFlags(cli, compareFlags, "", "Compare:");
    cli.example("$0 compare latest~1 latest", "the run before and the last one");
    cli.example("$0 compare main latest --fail-under 0.002", "exit code 3 if the last is worse by 0.2 points");
  },
  async handler(given) {
    const options = resolveOptions(compareFlags, givenOf(given, compareFlags, ""), "--");
    const names = given.runs as string[];
    if (names.length < 2) throw new UserError(`compare: expected two runs or more, got ${names.length}`);
    if (options.out && !/\.(html|json)$/i.test(options.out)) {
      throw new UserError(`--out: expected a file that ends in .html or .json, got "${options.out}"`);
    }
    const references = [];
    for (const name of names) references.push(await findRunAt(options.save, name));
    const comparison = await compareRuns(references);
    const json = `${JSON.stringify(compareDocument(comparison, options.top), undefined, 2)}\n`;
    const print = given.quiet === true ? () => {} : say;
    if (options.json) sayJson(json);
    else for (const line of comparisonLines(comparison, options.top)) print(line);
    if (options.out) {
      await writeWhole(options.out, /\.html$/i.test(options.out) ? comparePage(comparison) : json);
      if (!options.json) for (const line of ["", `page  ${options.out}`]) print(line);
    }
    if (options.report) {
      const shown = runsShown(comparison);
      if (!shown) throw new UserError("--report: expected runs tested on the same images, got others");
      const folder = references[references.length - 1].run.path;
      await writeWhole(join(folder, RUNS_FILE), JSON.stringify(shown));
      const page = await writeReport(folder);
      if (!options.json) print(`page  ${pathToFileURL(page).href}#v=runs`);
    }
    const worse = comparison.runs.some((run) => worseBy(comparison, run, options.metric) > options.failUnder);
    return worse ? VERDICT_NO : 0;
  },
};
