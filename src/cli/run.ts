import {kebab, resolveOptions} from "../pipeline/options";
import {probes} from "../pipeline/probes/index";
import {run} from "../pipeline/run";
import {runOptions} from "../pipeline/run-options";
import {declareFlags, givenOf} from "./flags";
import type {Command} from "./index";
import {progressOf} from "./progress";

/** Trains and probes: what `npx ts-node runner.ts` does without another word. */
export const runCommand: Command = {
  command: ["$0", "run"],
  describe: "train a network and look at it after every epoch",
  builder(cli) {
    declareFlags(cli, runOptions, "", "Run:");
    for (const probe of probes) {
      declareFlags(cli, probe.options, `${kebab(probe.name)}.`, `Probe ${probe.name}: ${probe.help}`);
    }
    cli.example("$0", "all of MNIST, 3 epochs, every probe");
    cli.example("$0 --epochs 1 --probes confusion,saliency", "a quick look");
    cli.example(
      "$0 --model exigo --saliency.mode exigo --epochs 2 --learning-rate 1e-5 --batch-size 32",
      "the job of exigo",
    );
  },
  async handler(given) {
    const options = resolveOptions(runOptions, givenOf(given, runOptions, ""), "--");
    const probeOptions = Object.fromEntries(
      probes.map(({name, options: table}) => [name, givenOf(given, table, `${name}.`)]),
    );
    const progress = progressOf({quiet: given.quiet === true, verbose: given.verbose === true});
    try {
      for await (const event of run(options, probeOptions)) progress.show(event);
    } finally {
      progress.stop();
    }
    return 0;
  },
};
