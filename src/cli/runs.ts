import {type OptionTable, oneOf, positiveInteger, resolveOptions, UserError} from "../nouns/options";
import type {Command} from "./command";
import {declareFlags, givenOf} from "./flags";
import {noteRun, removeRuns, tagRun, upgradeRuns} from "./runs-change";
import {exportRun} from "./runs-export";
import {EXPORTS, type RunsGiven, type RunsOptions} from "./runs-given";
import {tellRuns} from "./runs-list";
import {showRun} from "./runs-show";
import {verifyRuns} from "./runs-verify";

const runsFlags: OptionTable<RunsOptions> = {
  save: {default: "save", help: "the folder that runs are kept in"},
  where: {default: "", help: "list: a condition, such as 'test_accuracy > 0.99 and model = cnn' (docs/runs.md)"},
  sort: {
    default: "",
    help: "list: sort by this column, the best first; or COLUMN:asc, COLUMN:desc; by default the newest first",
  },
  limit: {default: 20, help: "list: at most this many runs", check: positiveInteger},
  to: {
    default: "",
    help: `export: ${EXPORTS.join(", ")}`,
    check: (value) => (value === "" ? undefined : oneOf(...EXPORTS)(value as (typeof EXPORTS)[number])),
  },
  out: {default: "", help: "export: the file to write; by default it is in this folder and has the run's name"},
  python: {default: "", help: "verify: a Python with numpy and scikit-learn, which computes the numbers again"},
  yes: {default: false, help: "remove: do not ask first"},
  delete: {default: false, help: "tag: remove the tags"},
};

const VERBS = {
  list: tellRuns,
  show: showRun,
  verify: verifyRuns,
  export: exportRun,
  upgrade: upgradeRuns,
  remove: removeRuns,
  tag: tagRun,
  note: noteRun,
} satisfies {readonly [verb: string]: (given: RunsGiven) => Promise<number>};
type Verb = keyof typeof VERBS;

/** Lists, shows, checks, exports, tags and removes runs. */
export const runsCommand: Command = {
  command: "runs [verb] [names..]",
  describe: "list, show, verify, export and remove runs",
  help: {
    usage: "runs VERB [RUN…] [flags]",
    rows: [
      ["list", "list the runs, the newest first; `runs` alone does the same"],
      ["  --where CONDITION", "only runs like 'test_accuracy > 0.99', 'tag = good', 'options.seed = 1'"],
      ["  --sort COLUMN", "sort by a column, the best first; or COLUMN:asc, COLUMN:desc"],
      ["  --limit N", "list at most N runs"],
      ["show RUN", "show what a run was made from, and its results"],
      ["verify RUN…", "check every file by its digest, and compute the numbers again"],
      ["  --python PATH", "compute them with scikit-learn, too, in this Python"],
      ["export RUN --to WHAT", `${EXPORTS.join(", ")}; --out FILE names the file`],
      ["tag RUN TAG…", "add tags; with --delete, remove them"],
      ["note RUN TEXT", "keep a note with the run"],
      ["upgrade RUN…", "convert runs of earlier versions to today's format"],
      ["remove RUN…", "remove runs and their logs; it asks first, unless --yes"],
    ],
    also: ["save"],
    examples: ["epochscope runs list --where 'test_accuracy > 0.99' --sort test_accuracy"],
    note: "The exit code is 3 if verify has found something wrong.",
  },
  builder(cli) {
    cli.positional("verb", {
      type: "string",
      default: "list",
      choices: Object.keys(VERBS),
      describe: "what to do",
    });
    cli.positional("names", {
      type: "string",
      array: true,
      default: [],
      describe:
        "a run, or several: a name, its beginning, a folder, latest, latest~1; of tag and note what to write, too",
    });
    declareFlags(cli, runsFlags, "", "Runs:");
  },
  async handler(given) {
    const options = resolveOptions(runsFlags, givenOf(given, runsFlags, ""), "--");
    const verb = given.verb as Verb; // one of the choices
    const names = (given.names as unknown[]).map(String);
    const few = {list: 0, show: 1, export: 1}[verb as string] ?? Number.POSITIVE_INFINITY;
    if (names.length > few) {
      throw new UserError(`runs ${verb}: expected ${few === 0 ? "no run" : "one run"}, got ${names.length}`, {
        code: "BAD_OPTION",
      });
    }
    return VERBS[verb]({...options, names, json: given.json === true, quiet: given.quiet === true});
  },
};
