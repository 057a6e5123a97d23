import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";

import {type OptionTable, oneOf, positiveInteger, resolveOptions, UserError} from "../nouns/options";
import {findRunAt} from "../pipeline/record/saved-run";
import {writeWhole} from "../pipeline/record/write-whole";
import {compareRuns} from "../report/compare/compare-runs";
import {compareDocument, DECIDING, type DecidingMetric, worseBy} from "../report/compare/document";
import {explainDiffering, explainedWords} from "../report/compare/explain-differing";
import {comparePage} from "../report/compare/page";
import {RUNS_FILE, runsShown} from "../report/compare/runs-shown";
import {writeReport} from "../report/page";
import type {Command} from "./command";
import {comparisonLines} from "./compare-words";
import {VERDICT_NO} from "./exit-codes";
import {declareFlags, givenOf} from "./flags";
import {openIfAsked} from "./served";
import {say, sayJson} from "./terminal";

interface CompareOptions {
  readonly metric: DecidingMetric;
  readonly top: number;
  readonly failUnder: number;
  readonly out: string;
  readonly save: string;
  readonly report: boolean;
  readonly explain: number;
  readonly open: boolean;
}

/** This number stands for "no limit": a run may be worse by any amount, and every image is listed. */
const NO_LIMIT = 1e9;

const compareFlags: OptionTable<CompareOptions> = {
  metric: {
    default: "test-accuracy",
    help: `the figure that --fail-under compares: ${Object.keys(DECIDING).join(", ")}`,
    check: oneOf(...(Object.keys(DECIDING) as DecidingMetric[])),
  },
  top: {
    default: 10,
    words: {all: NO_LIMIT},
    help: "how many images that turned right, images that turned wrong and confused pairs are listed for each run (--json too); all: every one. The terminal lists at most 5 pairs",
    check: positiveInteger,
  },
  failUnder: {
    default: NO_LIMIT,
    words: {none: NO_LIMIT},
    help: "exit code 3 if a run is worse than the base by more than this (0.002 is 0.2 points)",
    check: (value) => (value >= 0 ? undefined : "a number, 0 or more"),
  },
  out: {default: "", help: "also write the comparison as a page (.html) or as data (.json)"},
  save: {default: "save", help: "the folder that runs are kept in"},
  report: {default: false, help: "also show the comparison on the last run's page, as the question Runs"},
  explain: {
    default: 12,
    words: {none: 0},
    help: "with --report: for this many images that only one run gets right, show LIME of both runs' answers, from the weights that they kept",
    check: (value) => (Number.isInteger(value) && value >= 0 ? undefined : "none, or a whole number"),
  },
  open: {default: false, help: "open the page that --out or --report wrote"},
};

/** Says what one run does better than another, on the images that both were tested on, and how much of it is chance. */
export const compareCommand: Command = {
  command: "compare <runs..>",
  describe: "compare runs: what got better, what got worse, and whether it was luck",
  help: {
    usage: "compare RUN RUN… [flags]",
    rows: [
      ["RUN", "a name, latest, latest~1, a folder; RUN@3 is its epoch 3 [@best]; the first is the base"],
      ["--metric NAME", `the figure that decides: ${Object.keys(DECIDING).join(", ")}`],
      ["--top N", "how many images and confused pairs are listed"],
      ["--fail-under X", "exit code 3 if a run is worse than the base by more than X (0.002 is 0.2 points)"],
      ["--out FILE", "also write the comparison as a page (.html) or data (.json)"],
      ["--report", "also show the comparison on the last run's page, as the question Runs"],
      ["--explain N", "with --report: explain N images that differ, by LIME of both runs"],
    ],
    also: ["save", "open"],
    examples: ["epochscope compare latest~1 latest", "epochscope compare main latest --fail-under 0.002       in CI"],
    note: "Only test images that both runs have are compared. The test is McNemar's.",
  },
  builder(cli) {
    cli.positional("runs", {
      type: "string",
      array: true,
      describe: "two or more: a name, latest, latest~1 (the one before), a folder; RUN@3 is its epoch 3",
    });
    declareFlags(cli, compareFlags, "", "Compare:");
  },
  async handler(given) {
    const options = resolveOptions(compareFlags, givenOf(given, compareFlags, ""), "--");
    const names = given.runs as string[];
    if (names.length < 2) {
      throw new UserError(`compare: expected two runs or more, got ${names.length}`, {code: "BAD_OPTION"});
    }
    if (options.out && !/\.(html|json)$/i.test(options.out)) {
      throw new UserError(`--out: expected a file that ends in .html or .json, got "${options.out}"`);
    }
    if (given.explain !== undefined && !options.report) {
      throw new UserError("--explain: expected --report too, because its page shows the explanations, got none", {
        code: "BAD_OPTION",
      });
    }
    const references = [];
    for (const name of names) references.push(await findRunAt(options.save, name));
    const comparison = await compareRuns(references);
    const json = `${JSON.stringify(compareDocument(comparison, options.top), undefined, 2)}\n`;
    const isJson = given.json === true;
    const print = given.quiet === true || isJson ? () => {} : say;
    let shownPage = /\.html$/i.test(options.out) ? resolve(options.out) : undefined;
    if (isJson) sayJson(json);
    else for (const line of comparisonLines(comparison, options.top)) print(line);
    if (options.out) {
      await writeWhole(options.out, /\.html$/i.test(options.out) ? comparePage(comparison) : json);
      for (const line of ["", `page  ${options.out}`]) print(line);
    }
    if (options.report) {
      // loaded only here, since it opens networks
      const {explainOfRun}: typeof import("./explain-of-run") = require("./explain-of-run");
      const last = comparison.runs[comparison.runs.length - 1];
      const anew = await explainDiffering(comparison, last, options.explain, explainOfRun);
      const shown = await runsShown(comparison, anew);
      if (options.explain > 0 && anew.of > 0) print(explainedWords(anew));
      const folder = references[references.length - 1].run.path;
      await writeWhole(join(folder, RUNS_FILE), JSON.stringify(shown));
      const page = await writeReport(folder);
      print(`page  ${pathToFileURL(page).href}#v=runs`);
      shownPage ??= page;
    }
    if (options.open && !shownPage)
      throw new UserError("--open: expected --out FILE.html or --report, which make a page, got neither");
    if (shownPage) await openIfAsked(options, pathToFileURL(shownPage).href);
    const worse = comparison.runs.some((run) => worseBy(comparison, run, options.metric) > options.failUnder);
    return worse ? VERDICT_NO : 0;
  },
};
