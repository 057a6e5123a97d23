import {kebab} from "../nouns/options";
import {probes} from "../pipeline/probes/index";
import {watch} from "../pipeline/watch";
import {watchOptions} from "../pipeline/watch/options";
import type {Command} from "./command";
import {driveEvents} from "./drive";
import {declareDryRun, planned, tellPlan} from "./dry-run";
import {declareFlags, givenOf} from "./flags";
import {declarePageFlags} from "./page-flags";

/**
 * Looks at the checkpoints that another program writes, and makes a run's page about a network that was trained
 * elsewhere.
 */
export const watchCommand: Command = {
  command: "watch <folder>",
  describe: "look at checkpoints as PyTorch or Keras writes them",
  renamed: {output: "scores", "lime.explain": "lime.target"},
  help: {
    usage: "watch FOLDER [flags]",
    rows: [
      ["FOLDER", ".onnx files; .safetensors or .pt files beside one .onnx; tfjs model.json; or answers (.npz)"],
      ["--data WHAT", "the test images: mnist, a folder of pictures, idx files"],
      ["--model FILE", "the network (.onnx), if the checkpoints hold only weights"],
      ["--pattern GLOB", "the files' names, with {epoch} in place of the number: net-{epoch}.pt"],
      ["--classes WHAT", "class names: a file, or names with commas between"],
      ["--scale --mean --std X", "the network's input is (pixel in 0..1 × scale − mean) / std"],
      ["--size --layout --scores", "input size, input layout and kind of scores, if the file does not say"],
      ["--once", "look at the checkpoints that exist now, then end"],
      ["--until N", "end after epoch N"],
      ["--serve", "show the page live on 127.0.0.1, until Ctrl-C"],
      ["--dry-run", "say what would be done with the checkpoints that exist now"],
    ],
    also: ["probes", "every", "layer", "save", "name", "threads", "open"],
    examples: ["epochscope watch checkpoints --data mnist --serve"],
    note: "Start your training (python train.py) in another terminal. A .pt file is read as data: no pickle code is run.",
  },
  builder(cli) {
    cli.positional("folder", {
      type: "string",
      describe:
        ".onnx files, one an epoch; or .safetensors or .pt beside one .onnx; or folders with a tfjs model.json; or .npz",
    });
    declareFlags(cli, watchOptions, "", "Watch:");
    declarePageFlags(cli, "show the page on 127.0.0.1 during the watch and after it, until Ctrl-C");
    declareDryRun(cli);
    for (const probe of probes) {
      declareFlags(cli, probe.options, `${kebab(probe.name)}.`, `Probe ${probe.name}: ${probe.help}`);
    }
  },
  async handler(given) {
    const own = givenOf(given, watchOptions, "");
    const probeOptions = Object.fromEntries(
      probes.map(({name, options: table}) => [name, givenOf(given, table, `${name}.`)]),
    );
    if (given["dry-run"] === true) {
      const {planWatch}: typeof import("../pipeline/plan/plan-watch") = require("../pipeline/plan/plan-watch");
      tellPlan("watch", await planned(planWatch(`${given.folder}`, own, probeOptions), given), given);
      return 0;
    }
    const events = (signal: AbortSignal) => watch(`${given.folder}`, own, probeOptions, {signal});
    return driveEvents(events, given, "stopped before the first checkpoint was looked at");
  },
};
