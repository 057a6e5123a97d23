import {kebab} from "../nouns/options";
import {probes} from "../pipeline/probes/index";
import {watch} from "../pipeline/watch";
import {watchOptions} from "../pipeline/watch/options";
import type {Command} from "./command";
import {driveEvents} from "./drive";
import {declareFlags, givenOf} from "./flags";
import {declarePageFlags} from "./page-flags";

/** Looks at checkpoints as another program writes them: the page of a run, of a network that was trained elsewhere. */
export const watchCommand: Command = {
  command: "watch <folder>",
  describe: "look at checkpoints as PyTorch or Keras writes them",
  builder(cli) {
    cli.positional("folder", {
      type: "string",
      describe:
        ".onnx files, one an epoch; or .safetensors or .pt beside one .onnx; or folders with a tfjs model.json; or .npz",
    });
    declareFlags(cli, watchOptions, "", "Watch:");
    declarePageFlags(cli, "serve the page on 127.0.0.1 meanwhile, and after it, until Ctrl-C");
    for (const probe of probes) {
      declareFlags(cli, probe.options, `${kebab(probe.name)}.`, `Probe ${probe.name}: ${probe.help}`);
    }
    cli.example("$0 watch checkpoints --data mnist --mean 0.1307 --std 0.3081", "beside: python train.py");
    cli.example("$0 watch checkpoints --data photos --once --open", "what is there already, as a page");
  },
  async handler(given) {
    const own = givenOf(given, watchOptions, "");
    const probeOptions = Object.fromEntries(
      probes.map(({name, options: table}) => [name, givenOf(given, table, `${name}.`)]),
    );
    const events = (signal: AbortSignal) => watch(`${given.folder}`, own, probeOptions, {signal});
    return driveEvents(events, given, "stopped before the first checkpoint was looked at");
  },
};
