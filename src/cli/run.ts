import {kebab, resolveOptions} from "../nouns/options";
import {probes} from "../pipeline/probes/index";
import {findRun} from "../pipeline/record/run-directory";
import {readTrainedRun} from "../pipeline/record/run-file";
import {type RunControl, run} from "../pipeline/run";
import type {RunEvent} from "../pipeline/run/events";
import {type RunOptions, runOptions} from "../pipeline/run/options";
import type {ProbeOptions} from "../pipeline/run/probe-once";
import {pageModelNote} from "../report/page-model";
import type {Command} from "./command";
import {driveEvents} from "./drive";
import {declareFlags, givenOf} from "./flags";
import {declarePageFlags} from "./page-flags";

/** What `--serve` does for a run. */
export const SERVE = "serve the page on 127.0.0.1 while the run goes on, and after it, until Ctrl-C";

/** Trains and probes: what `npx ts-node runner.ts` does without another word. */
export const runCommand: Command = {
  command: ["$0", "run"],
  describe: "train a network and look at it after every epoch",
  builder(cli) {
    declareFlags(cli, runOptions, "", "Run:");
    declarePageFlags(cli, SERVE);
    for (const probe of probes) {
      declareFlags(cli, probe.options, `${kebab(probe.name)}.`, `Probe ${probe.name}: ${probe.help}`);
    }
    cli.example("$0", "all of MNIST, 5 epochs, every probe");
    cli.example("$0 --epochs 1 --probes confusion,saliency", "a quick look");
    cli.example("$0 run --serve --open", "follow the run live in the browser");
    cli.example(
      "$0 --model exigo --saliency.mode exigo --epochs 2 --learning-rate 1e-5 --batch-size 32",
      "the job of exigo",
    );
  },
  async handler(given) {
    const own = givenOf(given, runOptions, "");
    const parent = own.from ? await optionsOfRun(`${own.save ?? runOptions.save.default}`, `${own.from}`) : undefined;
    const options = resolveOptions(runOptions, {...parent?.options, ...own}, "--");
    const probeOptions = Object.fromEntries(
      probes.map(({name, options: table}) => [name, {...parent?.probes[name], ...givenOf(given, table, `${name}.`)}]),
    );
    return drive(options, probeOptions, given);
  },
};

/** The options of a run that another begins with: all but where it is kept, the list of decisions that it took, and the
 * address that it fetched from. */
export async function optionsOfRun(save: string, name: string) {
  const {options, probes: ofProbes} = readTrainedRun((await findRun(save, name)).path, "--from");
  const left = new Set(["save", "name", "from", "edit", "dataUrl"]);
  const known = Object.entries(options).filter(([option]) => option in runOptions && !left.has(option));
  return {options: Object.fromEntries(known), probes: ofProbes};
}

/** Trains to the end, or to the user's Ctrl-C. @returns The exit code, as `driveEvents`. */
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

/** Says before the training where the page will not be able to run the model. */
async function* withPageModelNote(events: AsyncIterable<RunEvent>): AsyncGenerator<RunEvent> {
  for await (const event of events) {
    yield event;
    const note = event.type === "start" && pageModelNote({...event.model});
    if (note) yield {type: "say", line: note};
  }
}
