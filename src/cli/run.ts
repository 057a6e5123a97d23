import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {kebab, resolveOptions} from "../nouns/options";
import {probes} from "../pipeline/probes/index";
import {findRun} from "../pipeline/record/run-directory";
import {readRunFile} from "../pipeline/record/run-file";
import {type RunControl, run} from "../pipeline/run";
import {type RunOptions, runOptions} from "../pipeline/run/options";
import type {ProbeOptions} from "../pipeline/run/probe-once";
import type {ReportServer} from "../report/serve";
import type {Command} from "./command";
import {declareFlags, givenOf} from "./flags";
import {collectSeldom} from "./heap";
import {declarePageFlags, pageFlagsOf} from "./page-flags";
import {progressOf} from "./progress";
import {openIfAsked, servedPage} from "./served";
import {complain, say} from "./terminal";

/** Exit code of a process that the user broke off (128 + SIGINT). */
const INTERRUPTED = 130;

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
async function optionsOfRun(save: string, name: string) {
  const {options, probes: ofProbes} = readRunFile((await findRun(save, name)).path);
  const left = new Set(["save", "name", "from", "edit", "dataUrl"]);
  const known = Object.entries(options).filter(([option]) => option in runOptions && !left.has(option));
  return {options: Object.fromEntries(known), probes: ofProbes};
}

/**
 * Runs to the end, or to the user's Ctrl-C: the first stops after the batch at hand, a second at once.
 *
 * @returns The exit code: 1 also for a run that is kept, but in which a probe failed or a file could not be made.
 */
export async function drive(
  options: RunOptions,
  probeOptions: ProbeOptions,
  given: {readonly [flag: string]: unknown},
  control: RunControl = {},
): Promise<number> {
  const page = pageFlagsOf(given);
  const progress = progressOf({quiet: given.quiet === true, verbose: given.verbose === true});
  const interrupt = new AbortController();
  const onSignal = () => {
    if (interrupt.signal.aborted) {
      progress.stop(); // or the terminal would be left without its cursor
      process.exit(INTERRUPTED);
    }
    interrupt.abort();
    progress.stopping();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  let folder = "";
  let server: ReportServer | undefined;
  collectSeldom();
  const failed = new Set<string>();
  let stopped = false;
  try {
    for await (const event of run(options, probeOptions, {...control, signal: interrupt.signal})) {
      progress.show(event);
      if (event.type === "failure") failed.add(event.probe);
      if (event.type === "start") {
        folder = event.path;
        if (page.serve) server = await servedPage(folder, page, given.quiet === true ? () => {} : say);
      }
    }
    if (interrupt.signal.aborted) stopped = true;
    else if (server)
      await aborted(interrupt.signal); // the page stays until Ctrl-C
    else if (!failed.has("report")) await openIfAsked(page, pathToFileURL(join(folder, "report.html")).href);
  } catch (error) {
    if (!(interrupt.signal.aborted && error === interrupt.signal.reason)) throw error;
    progress.stop();
    complain(
      control.resume
        ? "stopped before the run went on"
        : "stopped before the run began; there is nothing to go on with",
    );
    process.exit(INTERRUPTED); // at once: a picture that is being decoded would be waited for
  } finally {
    progress.stop();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    await server?.close();
  }
  if (stopped) return INTERRUPTED;
  return failed.size > 0 ? 1 : 0;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), {once: true}));
}
