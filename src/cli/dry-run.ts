import {relative} from "node:path";
import type {Argv} from "yargs";

import type {Plan, PlannedRun} from "../pipeline/plan/plan";
import type {RunEvent} from "../pipeline/run/events";
import {counted, thousands} from "./numbers";
import {progressOf} from "./progress";
import {complain, paint, say, sayDocument} from "./terminal";

/** Declares `--dry-run`. */
export function declareDryRun(cli: Argv): void {
  cli.option("dry-run", {
    type: "boolean",
    default: false,
    describe: "say what would happen, how long it takes and what it writes, and write nothing",
    group: "Page:",
  });
}

/** Runs the generator of a plan to its end, and shows the progress of reading the data. */
export async function planned<P>(
  planning: AsyncGenerator<RunEvent, P>,
  given: {readonly [flag: string]: unknown},
): Promise<P> {
  const progress = progressOf({quiet: given.quiet === true || given.json === true, verbose: false});
  try {
    for (;;) {
      const {done, value} = await planning.next();
      if (done) return value;
      progress.show(value);
    }
  } finally {
    progress.stop();
  }
}

/** Prints a plan: with `--json` as one document (schema epochscope/plan/1), else in some lines. */
export function tellPlan(command: string, plan: Plan, given: {readonly [flag: string]: unknown}): void {
  if (given.json === true) {
    sayDocument({schema: "epochscope/plan/1", command, ...plan});
    return;
  }
  if (given.quiet === true) return;
  for (const line of plan.notes) complain(`  ${paint.yellow("note")} ${line}`);
  for (const [label, words] of linesOf(plan)) say(`${paint.bold(label.padEnd(8))}${words}`);
  say("nothing was written: this was a dry run");
}

/** The lines of a plan: each with its subject and what the plan says about it. */
export function linesOf(plan: Plan): readonly (readonly [label: string, words: string])[] {
  const {data, model, engine, epochs, batches, batchSize, looks, runs, bytes, seconds, measured, probes} = plan;
  const counts = data.train > 0 ? `${thousands(data.train)} images to train on, ` : "";
  const validated = data.validation > 0 ? `${thousands(data.validation)} to validate, ` : "";
  const why = model.why === null || model.why === "asked for" ? "" : ` (${model.why})`;
  const steps = batches > 0 ? ` of ${thousands(batches)} batches of ${batchSize}` : "";
  const each = runs.length > 1 ? "each run " : "";
  const looking = Object.keys(probes).join(", ") || "no probe";
  const tried = batches > 0 ? `${measured.batches} batches and ` : "";
  const todo = runs.filter(({state}) => state !== "done").length;
  return [
    ["data", `${data.name}: ${counts}${validated}${thousands(data.test)} to test`],
    ["model", `${model.name}: ${thousands(model.parameters)} weights${why}`],
    ["engine", `${engine.name} (${engine.version}): ${engine.why}`],
    ["train", `${each}${counted(epochs, "epoch")}${steps}`],
    ["look", `${each}${counted(looks, "time")}: ${looking}`],
    ...runs.map((run): [string, string] => ["run", runWords(run)]),
    ["takes", `${timeWords(seconds)}, measured here by ${tried}${counted(measured.looks, "look")}`],
    ["writes", `about ${sizeWords(bytes)}${todo > 1 ? ` in ${todo} runs` : ""}`],
  ].filter(([label]) => label !== "train" || batches > 0) as [string, string][];
}

/** A time in words: "13 to 33 seconds", "4 to 9 minutes", "2.5 to 6 hours". */
function timeWords({low, high}: Plan["seconds"]): string {
  const [unit, words] = high < 120 ? [1, "seconds"] : high < 7200 ? [60, "minutes"] : [3600, "hours"];
  return `${figure(low / unit)} to ${figure(high / unit)} ${words}`;
}

function runWords({path, state}: PlannedRun): string {
  const where = relative(process.cwd(), path);
  if (state === "new") return where;
  return `${where}  ${state === "done" ? "is there already, and done" : "is there already, and would go on"}`;
}

/** A size in words: "95 MB". A megabyte is a million bytes, as disks are sold. */
export function sizeWords(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${figure(bytes / 1000 ** step)} ${units[step]}`;
}

function figure(value: number): string {
  return value >= 10 ? `${Math.round(value)}` : `${Math.round(10 * value) / 10}`;
}
