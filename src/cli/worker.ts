import {cpus} from "node:os";
import {join, resolve} from "node:path";

import {between, type OptionTable, resolveOptions, UserError} from "../nouns/options";
import type {ExplainQuestion} from "../pipeline/jobs/explain-question";
import {threadPool} from "../pipeline/jobs/pool";
import type {QueuedTask} from "../pipeline/jobs/queue";
import {shownAddress} from "../pipeline/jobs/queue-url";
import {resultName} from "../pipeline/many/explain-many";
import {resultStore} from "../pipeline/record/result-store";
import {checkRunName} from "../pipeline/record/run-name";
import type {Command} from "./command";
import {declareFlags, givenOf} from "./flags";
import {here} from "./run-places";
import {complain, paint, say} from "./terminal";

interface WorkerFlags {
  readonly save: string;
  readonly workers: string;
  readonly lock: number;
}

const workerFlags: OptionTable<WorkerFlags> = {
  save: {default: "save", help: "the folder of runs and results, which all workers and whoever asks share"},
  workers: {
    default: "auto",
    help: "how many images are explained at a time, on a thread each; auto: one a core",
    check: (word) => (word === "auto" || /^[1-9]\d{0,2}$/.test(word) ? undefined : "auto, or a number from 1 to 999"),
  },
  lock: {
    default: 60,
    help: "seconds after which a worker that is silent counts as dead, and its work is given to another",
    check: between(1, 3600),
  },
};

/** Takes work from a queue until it is stopped. */
export const workerCommand: Command = {
  command: "worker <url>",
  describe: "take work from a queue (explain test:all --workers URL) until it is stopped",
  help: {
    usage: "worker URL [flags]",
    rows: [
      ["URL", "redis://host:6379 or rediss://…; the password may stand in EPOCHSCOPE_REDIS"],
      ["--save FOLDER", "the folder of runs and results, which all workers share"],
      ["--workers N", "how many images are explained at a time, on a thread each"],
      ["--lock SECONDS", "after which a worker that is silent counts as dead"],
    ],
    examples: ["epochscope worker redis://localhost:6379 --save /shared/save"],
    note: "Ctrl-C finishes the current work and ends.",
  },
  builder(cli) {
    cli.positional("url", {type: "string", describe: "the queue: redis://host:6379, or rediss:// for TLS"});
    declareFlags(cli, workerFlags, "", "Worker:");
  },
  async handler(given) {
    const {save, workers, lock} = resolveOptions(workerFlags, givenOf(given, workerFlags, ""), "--");
    const {queueOf}: typeof import("./queue-of") = require("./queue-of");
    const {serveQueue}: typeof import("../pipeline/jobs/serve-queue") = require("../pipeline/jobs/serve-queue");
    const url = `${given.url}`;
    const tell = given.quiet === true ? () => {} : complain;
    const places = workers === "auto" ? cpus().length : Number(workers);
    const pool = threadPool(places);
    const results = resultStore(join(resolve(save), "results"));
    const work = async (id: string, {run, subject}: QueuedTask) => {
      checkRunName(run); // the queue may be a stranger's: no path leads out of the folder of runs
      const question = {run: join(resolve(save), run), subject} as ExplainQuestion;
      if (resultName(question) !== id) throw new UserError(`${id}: expected a task with this SHA-256, got another`);
      const said: string[] = [];
      if (await results.read(id)) return {said}; // somebody found it, and could not tell
      const bytes = await pool.ask("explainImages", question, {say: (line) => said.push(line)});
      await results.keep(id, bytes);
      return {said};
    };
    const ended = stopped();
    let done = 0;
    const served = await serveQueue({
      ...{...queueOf(url), places, lock, work},
      say: (line) => tell(`  ${paint.yellow("note")} ${line}`),
      told: ({id, failed}) => {
        if (failed === undefined) done++;
        else tell(`${paint.red("failed")} ${id.slice(0, 12)}: ${failed}`);
      },
    });
    tell(`takes work from ${shownAddress(url)} on ${places} threads, with the runs of ${here(resolve(save))}`);
    const code = await ended;
    await served.close();
    await pool.close();
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
