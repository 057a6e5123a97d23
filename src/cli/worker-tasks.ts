import {cpus} from "node:os";
import {join, resolve} from "node:path";

import {UserError} from "../nouns/options";
import type {ExplainQuestion} from "../pipeline/jobs/explain-question";
import {threadPool} from "../pipeline/jobs/pool";
import type {QueuedAnswer, QueuedTask} from "../pipeline/jobs/queue";
import type {TableSubject} from "../pipeline/jobs/table-question";
import type {TrainSubject} from "../pipeline/jobs/train-question";
import {resultName} from "../pipeline/many/explain-many";
import type {ResultStore} from "../pipeline/record/result-store";
import {checkRunName} from "../pipeline/record/run-name";

/** The work that a worker does with the tasks of one queue. */
export interface WorkerTasks {
  /** Does a task, whoever put it into the queue. @throws UserError if the task has another name than its SHA-256. */
  work(id: string, task: QueuedTask): Promise<QueuedAnswer>;
  /** Has runs stop at their next checkpoint. */
  stop(): void;
  close(): Promise<void>;
}

/** Explains images that a queue asks for, and keeps the results. */
export function explainer(save: string, places: number, results: ResultStore): WorkerTasks {
  const pool = threadPool(places);
  return {
    async work(id, {run, subject}) {
      checkRunName(run); // the queue may be a stranger's: no path leads out of the folder of runs
      const question = {run: join(save, run), subject} as ExplainQuestion;
      if (resultName(question) !== id) throw anotherTask(id);
      const said: string[] = [];
      if (await results.read(id)) return {said}; // somebody found it, and could not tell
      const bytes = await pool.ask("explainImages", question, {say: (line) => said.push(line)});
      await results.keep(id, bytes);
      return {said};
    },
    stop() {},
    close: () => pool.close(),
  };
}

/** The settings of a worker that trains. */
export interface TrainerOptions {
  /** How many runs or maps it makes at a time. */
  readonly runs: number;
  /** Folders that may be read, besides the folder of runs. */
  readonly reads: readonly string[];
  /** Seconds after which a silent worker counts as dead. */
  readonly lock: number;
}

/** Trains runs and makes maps that a queue asks for. The folder of a run is its result; a map's result is kept. */
export function trainer(save: string, {runs, reads, lock}: TrainerOptions, results: ResultStore): WorkerTasks {
  const pool = threadPool(Math.max(1, runs));
  const ending = new AbortController();
  const threads = Math.max(1, Math.floor(cpus().length / Math.max(1, runs)));
  const folders = reads.map((folder) => resolve(folder));
  const say = (said: string[]) => (line: string) => void said.push(line);
  const map = async (id: string, subject: TableSubject): Promise<QueuedAnswer> => {
    const {tableId}: typeof import("../pipeline/handed/map-table") = require("../pipeline/handed/map-table");
    if (tableId({subject}) !== id) throw anotherTask(id);
    const said: string[] = [];
    if (await results.read(id)) return {said};
    const question = {run: subject.table, subject, reads: [save, ...folders]};
    const bytes = await pool.ask("mapTable", question, {say: say(said), named: subject.table});
    await results.keep(id, bytes);
    return {said};
  };
  return {
    async work(id, {run, subject}) {
      if ((subject as Partial<TableSubject>).kind === "map/1") return map(id, subject as TableSubject);
      const {trainId}: typeof import("../pipeline/handed/hand-over") = require("../pipeline/handed/hand-over");
      checkRunName(run);
      const asked = subject as TrainSubject;
      if (trainId({subject: asked}) !== id || asked.name !== run) throw anotherTask(id);
      const question = {run: join(save, run), subject: asked, threads, silent: lock, reads: folders};
      const said: string[] = [];
      await pool.ask("train", question, {say: say(said), signal: ending.signal, named: run});
      return {said};
    },
    stop: () => ending.abort(),
    close: () => pool.close(),
  };
}

const anotherTask = (id: string) => new UserError(`${id}: expected a task with this SHA-256, got another`);
