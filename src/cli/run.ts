import type {Argv} from "yargs";

import {kebab, type OptionTable, resolveOptions, UserError} from "../nouns/options";
import {probes} from "../pipeline/probes/index";
import {type RunControl, run} from "../pipeline/run";
import type {RunEvent} from "../pipeline/run/events";
import {type RunOptions, runOptions} from "../pipeline/run/options";
import {optionsOfRun} from "../pipeline/run/options-of-run";
import type {ProbeOptions} from "../pipeline/run/probe-once";
import {pageModelNote} from "../report/page-model";
import type {Command} from "./command";
import {driveEvents} from "./drive";
import {declareDryRun, planned, tellPlan} from "./dry-run";
import {declareFlags, givenOf} from "./flags";
import {declarePageFlags} from "./page-flags";
import {checkWorkers, isQueue} from "./queue-of";

/** The help of `--serve` for a run. */
export const SERVE = "show the page on 127.0.0.1 during the run and after it, until Ctrl-C";

/** Whoever trains: no option of the run, since it changes nothing that is learnt. */
export const handsOf = (help: string): OptionTable<{readonly workers: string}> => ({
  workers: {default: "", help, check: (word) => (word === "" ? undefined : checkWorkers(word))},
});

const HANDS = handsOf(
  "who trains: a number of threads of this machine (as --threads), or a queue, redis://host:6379 or rediss://…, one of whose workers trains the run while this command shows how far it is",
);

/** The topics of `--help`, with their options. An option that is not named here belongs to the last topic. */
const TOPICS: {readonly [topic: string]: readonly string[]} = {
  Data: ["data", "imageSize", "maxPixels", "maxData", "dataUrl", "from", "edit", "trainLimit", "testLimit", "testSeed"],
  Training: [
    ...["model", "engine", "threads", "kernels", "epochs", "patience", "batchSize", "optimizer", "learningRate"],
    ...[
      "schedule",
      "classWeights",
      "folds",
      "seed",
      ...Object.keys(runOptions).filter((name) => /^(mlp|vit)\./.test(name)),
    ],
  ],
  Augment: Object.keys(runOptions).filter((name) => name.startsWith("augment")),
  Looking: ["probes", "every", "samples", "pageModel", "dynamicsPass"],
};

/** Declares the run's options as flags, a group for each topic. */
export function declareRunFlags(cli: Argv, table: object = runOptions): void {
  const known = new Set<string>(Object.values(TOPICS).flat());
  const groups = {...TOPICS, Keeping: Object.keys(table).filter((name) => !known.has(name))};
  for (const [group, names] of Object.entries(groups)) {
    const own = Object.entries(table).filter(([name]) => names.includes(name));
    declareFlags(cli, Object.fromEntries(own), "", `${group}:`);
  }
}

/** Trains and probes: the command that `npx ts-node runner.ts` runs without another word. */
export const runCommand: Command = {
  command: ["$0", "run"],
  describe: "train a network and look at it after every epoch",
  renamed: {"lime.explain": "lime.target"},
  help: {
    usage: "run [flags]",
    rows: [
      ["--data WHAT", "mnist, a folder with one folder of pictures for each class, or one with the four idx files"],
      ["--model NAME", "cnn, deep, exigo, mlp or vit"],
      ["--epochs N --seed N", "how often all training images are used; seed of all random draws"],
      ["--probes LIST", "confusion,saliency,projection,lime,mistakes; all or none"],
      ["--every N", "look after every Nth epoch, and before and after training"],
      ["--train-limit N", "train on N images at most; --test-limit N: test on N"],
      ["--batch-size N", "images in each gradient step"],
      ["--learning-rate X", "step size; auto: the one that suits the optimizer"],
      ["--folds N", "train N more networks, to find wrong labels in all images"],
      ["--from RUN --edit FILE", "take that run's options; drop or relabel images as FILE (suspects.csv) says"],
      ["--workers URL", "a queue, whose worker trains it (redis://host)"],
      ["--dry-run", "say what the run would do, how long it takes and what it writes; then stop"],
    ],
    also: ["save", "name", "threads", "engine", "optimizer", "schedule", "serve", "open"],
    examples: ["epochscope run --data photos --image-size 64 --epochs 8 --open"],
    note: "Ctrl-C loses nothing: `epochscope resume` continues, with exactly the same result.",
  },
  builder(cli) {
    declareRunFlags(cli);
    declareFlags(cli, HANDS, "", "Training:");
    declarePageFlags(cli, SERVE);
    declareDryRun(cli);
    for (const probe of probes) {
      declareFlags(cli, probe.options, `${kebab(probe.name)}.`, `Probe ${probe.name}: ${probe.help}`);
    }
  },
  async handler(given) {
    const own = givenOf(given, runOptions, "");
    const parent = own.from ? await optionsOfRun(`${own.save ?? runOptions.save.default}`, `${own.from}`) : undefined;
    const {workers} = resolveOptions(HANDS, givenOf(given, HANDS, ""), "--");
    const isNumber = /^\d+$/.test(workers);
    if (isNumber && own.threads !== undefined) {
      throw new UserError("--workers: expected a queue's address beside --threads, got a number", {code: "BAD_OPTION"});
    }
    const threads = isNumber ? {threads: Number(workers)} : {};
    const options = resolveOptions(runOptions, {...parent?.options, ...own, ...threads}, "--");
    const probeOptions = Object.fromEntries(
      probes.map(({name, options: table}) => [name, {...parent?.probes[name], ...givenOf(given, table, `${name}.`)}]),
    );
    if (given["dry-run"] !== true) {
      return isQueue(workers)
        ? driveElsewhere(options, probeOptions, given, workers)
        : drive(options, probeOptions, given);
    }
    // loaded when it is asked for: a run need not wait for it
    const {planRun}: typeof import("../pipeline/plan/plan-run") = require("../pipeline/plan/plan-run");
    tellPlan("run", await planned(planRun(options, probeOptions), given), given);
    return 0;
  },
};

/**
 * Trains to the end, or until the user's Ctrl-C.
 *
 * @returns The exit code of `driveEvents`.
 */
export function drive(
  options: RunOptions,
  probeOptions: ProbeOptions,
  given: {readonly [flag: string]: unknown},
  control: RunControl = {},
): Promise<number> {
  return driveEvents(
    (signal) => {
      const events = run(options, probeOptions, {...control, signal});
      return options.pageModel ? withPageModelNote(events) : events;
    },
    given,
    control.resume ? "stopped before the run went on" : "stopped before the run began; there is nothing to go on with",
  );
}

/** Has a worker of a queue train, and shows how far it is. */
async function driveElsewhere(
  options: RunOptions,
  probeOptions: ProbeOptions,
  given: {readonly [flag: string]: unknown},
  url: string,
): Promise<number> {
  const {runElsewhere}: typeof import("./run-elsewhere") = require("./run-elsewhere");
  const early = "stopped before a worker began the run; there is nothing to go on with";
  return driveEvents((signal) => runElsewhere(options, probeOptions, url, signal), given, early);
}

/** Adds a note before the training if the page will not be able to run the model. */
async function* withPageModelNote(events: AsyncIterable<RunEvent>): AsyncGenerator<RunEvent> {
  for await (const event of events) {
    yield event;
    const note = event.type === "start" && pageModelNote({...event.model});
    if (note) yield {type: "say", line: note};
  }
}
