/**
 * @file Measures how long a look at another program's checkpoints takes:
 * `npm run bench -- watch [--data mnist] [--folder CHECKPOINTS]`. It uses four checkpoints of the default network as
 * ONNX files, with an epoch of training between them, all probes and all test images. It gives the seconds and the
 * processor time of each checkpoint, and the longest time in which the event loop did not turn. In this time the
 * program serves nobody and does not notice Ctrl-C.
 *
 * On a machine that does other work, the system takes the processor away in between; then the main thread's own
 * processor time between two turns says more (only on Linux). It ends with an error if either is longer than promised.
 */
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {loadavg, tmpdir} from "node:os";
import {join} from "node:path";
import {monitorEventLoopDelay} from "node:perf_hooks";
import {parseArgs} from "node:util";

import {drive} from "../src/cli/run";
import {resolveOptions} from "../src/nouns/options";
import {layersToOnnx} from "../src/pipeline/model/load/layers-to-onnx";
import {savedLayers} from "../src/pipeline/model/load/saved-layers";
import {readWeights} from "../src/pipeline/record/epoch-weights";
import {runOptions} from "../src/pipeline/run/options";
import {watch} from "../src/pipeline/watch";
import {median} from "./statistics";

const EPOCHS = 4;
/** The promised seconds for a checkpoint, and milliseconds between two turns of the event loop. */
const MOST = {seconds: 2, blocked: 100};

/** The default network after each of four short epochs, as ONNX files. */
async function checkpoints(folder: string, data: string, save: string): Promise<string> {
  const given = {data, trainLimit: 12_000, epochs: EPOCHS, probes: "none", save, name: "trained"};
  const code = await drive(resolveOptions(runOptions, given, "--"), {}, {quiet: true});
  if (code !== 0) throw new Error(`watch: expected a network to look at, got exit code ${code}`);
  const run = join(save, "trained");
  const model = (file: string) => readFileSync(join(run, "model", file));
  const saved = savedLayers(`${model("model.json")}`, model("weights.bin"), "model.json");
  const {imageShape, classNames} = JSON.parse(readFileSync(join(run, "run.json"), "utf8")).data;
  mkdirSync(folder);
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    const weights = new Map((await readWeights(run, epoch)).map((array) => [array.name, array]));
    writeFileSync(
      join(folder, `epoch-${epoch}.onnx`),
      layersToOnnx({...saved, weights}, imageShape, classNames.length),
    );
  }
  return folder;
}

/** How many milliseconds of processor time the main thread has had; undefined if the system does not say it. */
function ownTime(): number | undefined {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  } catch {
    return undefined; // no Linux
  }
}

/**
 * Watches the event loop. @returns A function that ends this, and one that returns what was seen since its last call.
 */
function followed() {
  const delay = monitorEventLoopDelay({resolution: 1});
  delay.enable();
  let last = ownTime();
  let own = 0;
  const timer = setInterval(() => {
    const now = ownTime();
    if (now !== undefined && last !== undefined) own = Math.max(own, now - last);
    last = now;
  }, 1);
  return {
    end: () => clearInterval(timer),
    seen() {
      const most = {clock: delay.max / 1e6, ...(last === undefined ? {} : {own})};
      delay.reset();
      own = 0;
      return most;
    },
  };
}

async function main(): Promise<void> {
  const {values} = parseArgs({options: {data: {type: "string", default: "mnist"}, folder: {type: "string"}}});
  const own = mkdtempSync(join(tmpdir(), "epochscope-watch-"));
  try {
    const save = join(own, "save");
    const folder = values.folder ?? (await checkpoints(join(own, "checkpoints"), values.data, save));
    console.log(`load of the machine ${loadavg()[0].toFixed(1)}\n`);
    console.log("| checkpoint | seconds | processor time, s | loop blocked, ms | of it computing, ms |");
    console.log("|---|--:|--:|--:|--:|");
    const loop = followed();
    const all: {seconds: number; blocked: number}[] = [];
    let [begun, used] = [performance.now(), process.cpuUsage()];
    const line = (what: string) => {
      const seconds = (performance.now() - begun) / 1000;
      const {user, system} = process.cpuUsage(used);
      const {clock, own: computing} = loop.seen();
      const cells = [
        seconds.toFixed(2),
        ((user + system) / 1e6).toFixed(2),
        clock.toFixed(0),
        computing?.toFixed(0) ?? "–",
      ];
      console.log(`| ${[what, ...cells].join(" | ")} |`);
      all.push({seconds, blocked: computing ?? clock});
      [begun, used] = [performance.now(), process.cpuUsage()];
    };
    const options = {
      once: true,
      data: values.data,
      save,
      name: "watched",
      ...(values.folder ? {} : {outputName: "logits"}),
    };
    for await (const event of watch(folder, options, {}, {quietFor: 0})) {
      if (event.type === "failure") throw event.error;
      if (event.type === "start") line("opened, with the data");
      if (event.type === "epoch") line(`epoch ${event.metrics.epoch}`);
      if (event.type === "end") line("the page, and what all epochs give");
    }
    loop.end();
    const looks = all.slice(1, -1);
    const seconds = median(looks.map((look) => look.seconds));
    const blocked = Math.max(...looks.map((look) => look.blocked), all[all.length - 1].blocked);
    console.log(
      `\n${seconds.toFixed(2)} s a checkpoint (median), the loop blocked for ${blocked.toFixed(0)} ms at most`,
    );
    if (seconds > MOST.seconds || blocked > MOST.blocked) {
      throw new Error(`watch: expected at most ${MOST.seconds} s and ${MOST.blocked} ms`);
    }
  } finally {
    rmSync(own, {recursive: true, force: true});
  }
}

main().then(
  () => process.exit(0), // the side thread waits for questions
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
