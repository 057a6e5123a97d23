import {cpus} from "node:os";
import {join, resolve} from "node:path";

import {between, type OptionTable, resolveOptions, wholeBetween} from "../nouns/options";
import {shownAddress} from "../pipeline/jobs/queue-url";
import type {Served} from "../pipeline/jobs/serve-queue";
import type {Command} from "./command";
import {declareFlags, givenOf} from "./flags";
import {counted} from "./numbers";
import {here} from "./run-places";
import {STORE, storeOf} from "./store-of";
import {complain, paint, say} from "./terminal";
import {explainer, trainer} from "./worker-tasks";

interface WorkerFlags {
  readonly save: string;
  readonly reads: string;
  readonly store: string;
  readonly workers: string;
  readonly runs: number;
  readonly lock: number;
}

const workerFlags: OptionTable<WorkerFlags> = {
  save: {default: "save", help: "the folder of runs and results, which all workers and whoever asks share"},
  reads: {
    default: "",
    help: "other folders that a run's data and lists, and tables, may be read from, with commas between; MNIST and --save always may",
  },
  store: STORE,
  workers: {
    default: "auto",
    help: "how many images are explained at a time, on a thread each; auto: one a core",
    check: (word) => (word === "auto" || /^[1-9]\d{0,2}$/.test(word) ? undefined : "auto, or a number from 1 to 999"),
  },
  runs: {default: 1, help: "how many runs are trained, or maps made, at a time; 0: none", check: wholeBetween(0, 999)},
  lock: {
    default: 60,
    help: "seconds after which a worker that is silent counts as dead, and its work is given to another",
    check: between(1, 3600),
  },
};

/** Takes work from a queue until it is stopped. */
export const workerCommand: Command = {
  command: "worker <url>",
  describe: "take work from a queue (--workers URL of run, sweep, explain and map) until it is stopped",
  help: {
    usage: "worker URL [flags]",
    rows: [
      ["URL", "redis://host:6379 or rediss://…; the password may stand in EPOCHSCOPE_REDIS"],
      ["--save FOLDER", "the folder of runs and results, which all workers share"],
      ["--reads FOLDER", "another folder that data and tables may be read from"],
      ["--workers N", "how many images are explained at a time, on a thread each"],
      ["--runs N", "how many runs are trained, or maps made, at a time [1]; 0: none"],
      ["--lock SECONDS", "after which a worker that is silent counts as dead"],
    ],
    examples: ["epochscope worker redis://localhost:6379 --save /shared/save"],
    note: "Ctrl-C ends it: images are finished, and a run goes on elsewhere from its checkpoint.",
  },
  builder(cli) {
    cli.positional("url", {type: "string", describe: "the queue: redis://host:6379, or rediss:// for TLS"});
    declareFlags(cli, workerFlags, "", "Worker:");
  },
  async handler(given) {
    const flags = resolveOptions(workerFlags, givenOf(given, workerFlags, ""), "--");
    const {queueOf}: typeof import("./queue-of") = require("./queue-of");
    const {serveQueue}: typeof import("../pipeline/jobs/serve-queue") = require("../pipeline/jobs/serve-queue");
    const url = `${given.url}`;
    const tell = given.quiet === true ? () => {} : complain;
    const save = resolve(flags.save);
    const images = flags.workers === "auto" ? cpus().length : Number(flags.workers);
    let done = 0;
    const shared = {
      lock: flags.lock,
      say: (line: string) => tell(`  ${paint.yellow("note")} ${line}`),
      told: ({id, failed}: {readonly id: string; readonly failed?: string}) => {
        if (failed === undefined) done++;
        else tell(`${paint.red("failed")} ${id.slice(0, 12)}: ${failed}`);
      },
    };
    const ended = stopped();
    const results = await storeOf(flags.store, join(save, "results"));
    const reads = flags.reads === "" ? [] : flags.reads.split(",");
    const [explaining, training] = [explainer(save, images, results), trainer(save, {...flags, reads}, results)];
    const served: Served[] = [];
    served.push(await serveQueue({...shared, ...queueOf(url, "explain"), places: images, work: explaining.work}));
    if (flags.runs > 0) {
      served.push(await serveQueue({...shared, ...queueOf(url, "train"), places: flags.runs, work: training.work}));
    }
    const runs = flags.runs > 0 ? `, and trains ${counted(flags.runs, "run")} at a time` : "";
    tell(`takes work from ${shownAddress(url)} on ${counted(images, "thread")}${runs}, with the runs of ${here(save)}`);
    const code = await ended;
    training.stop();
    await Promise.all(served.map((one) => one.close()));
    await Promise.all([explaining.close(), training.close()]);
    if (given.quiet !== true) say(`${done} done`);
    return code;
  },
};

/** Waits for Ctrl-C or SIGTERM. @returns 0: whoever ends a worker so means it. */
function stopped(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(0));
  });
}
