import {setMaxListeners} from "node:events";
import {basename} from "node:path";
import {setTimeout as wait} from "node:timers/promises";

import type {Results} from "./flow";
import type {JobOptions, Question, Result, TaskName} from "./jobs";
import {ATTEMPTS, dataOf, jobOptions, openQueue, type QueuedData, type QueuedTask, type QueueOptions} from "./queue";
import type {Workers} from "./workers";

export interface QueueWorkersOptions extends QueueOptions {
  /** The folder of results, which all workers share. */
  readonly results: Results;
  /** The name of a question's result. */
  readonly idOf: (question: Queueable) => string;
  /** Milliseconds after which the program looks for missing results and asks for them again. */
  readonly again?: number;
}

/** A task that a queue takes: a run of the shared folder (or a table), and the question about it. */
export interface Queueable {
  readonly run: string;
  readonly subject: object;
}

/** Milliseconds in which the connection to a server must close. */
const CLOSING = 3000;

/** The most tasks that are in the queue at the same time. */
const AHEAD = 1000;

interface Waiting {
  readonly task: QueuedTask;
  readonly said: string[];
  found(bytes: Uint8Array): void;
  refuse(error: Error): void;
}

/**
 * Workers on any number of machines, reached through a queue. Only the store of results counts: a task is done when its
 * result is in the store, whatever has happened to the queue, and tasks without a result are asked for again and again.
 * So the results do not depend on the server: it may be killed, and may lose all its data.
 *
 * @throws UserError in one line if the server does not answer, or a package is missing.
 */
export async function queueWorkers(options: QueueWorkersOptions): Promise<Workers & {workerCount(): Promise<number>}> {
  const {name, results, idOf, again = 2000} = options;
  const {bullmq, connection, backend, trouble} = await openQueue(options);
  const queue = new bullmq.Queue<QueuedData>(name, {connection}, ...backend);
  const events = new bullmq.QueueEvents(name, {connection}, ...backend);
  queue.on("error", trouble);
  events.on("error", trouble);
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  const waiting = new Map<string, Waiting>();

  const look = async (id: string) => {
    const bytes = await results.read(id);
    if (!bytes) return;
    waiting.get(id)?.found(bytes);
    waiting.delete(id);
  };
  const refuse = (id: string, error: Error) => {
    waiting.get(id)?.refuse(error);
    waiting.delete(id);
  };
  const lookOr = (id: string) => look(id).catch((error: Error) => refuse(id, error));
  events.on("completed", ({jobId, returnvalue}) => {
    const {said = []} = (returnvalue ?? {}) as unknown as {readonly said?: readonly string[]};
    waiting.get(jobId)?.said.push(...said);
    void lookOr(jobId);
  });
  events.on("failed", ({jobId, failedReason}) => refuse(jobId, new Error(failureWords(failedReason))));

  const add = (some: readonly (readonly [id: string, task: QueuedTask])[]) =>
    queue
      .addBulk(some.map(([id, task]) => ({name: shownName(task), data: dataOf(task), opts: jobOptions(id)})))
      .catch(trouble);
  let fresh: [string, QueuedTask][] = [];
  const addFresh = () => {
    const some = fresh;
    fresh = [];
    void add(some);
  };
  let isLooking = false;
  const lookForAll = async () => {
    if (isLooking) return; // the last time is not over yet
    isLooking = true;
    try {
      for (const id of [...waiting.keys()]) await lookOr(id);
      if (waiting.size > 0) await add([...waiting].map(([id, {task}]) => [id, task] as const));
    } finally {
      isLooking = false;
    }
  };
  const timer = setInterval(() => void lookForAll(), again);

  const asked = (question: Queueable, {signal, said}: {signal?: AbortSignal | undefined; said: string[]}) =>
    new Promise<Uint8Array>((found, refused) => {
      const id = idOf(question);
      const onAbort = () => {
        queue.remove(id).catch(() => undefined); // one that is worked on stays, and its result is kept
        refuse(id, signal?.reason);
      };
      const settled = () => signal?.removeEventListener("abort", onAbort);
      const task = {run: basename(question.run), subject: question.subject};
      waiting.set(id, {
        ...{task, said},
        found: (bytes) => {
          settled();
          found(bytes);
        },
        refuse: (error) => {
          settled();
          refused(error);
        },
      });
      if (signal?.aborted) return onAbort();
      if (signal) setMaxListeners(0, signal); // one for each task in the queue
      signal?.addEventListener("abort", onAbort, {once: true});
      if (fresh.push([id, task]) === 1) setImmediate(addFresh);
    });
  return {
    places: AHEAD,
    workerCount: () => queue.getWorkersCount(),
    async ask<N extends TaskName>(task: N, question: Question<N>, {say, signal, named = task}: JobOptions = {}) {
      if (task !== "explainImages" && task !== "train" && task !== "mapTable") {
        throw new Error(`${task}: expected a task that a queue takes, got ${task}`);
      }
      const said: string[] = [];
      try {
        const bytes = await asked(question as Queueable, {signal, said});
        for (const line of said) say?.(line);
        return bytes as Result<N>;
      } catch (error) {
        if (error === signal?.reason) throw error;
        const {message} = error as Error;
        throw new Error(message.startsWith(named) ? message : `${named}: ${message}`, {cause: error});
      }
    },
    prepare() {},
    async close() {
      clearInterval(timer);
      for (const id of [...waiting.keys()]) refuse(id, new Error("expected workers, got none: they were closed"));
      const closed = Promise.all([queue.close(), events.close()]).then(() => true);
      const isClosed = await Promise.race([closed, wait(CLOSING, false, {ref: false})]);
      if (!isClosed) await Promise.all([queue.disconnect(), events.disconnect()]); // the server does not answer
    },
  };
}

/** The name of a task in a dashboard. */
function shownName({run, subject}: QueuedTask): string {
  const {kind, epoch, from, to} = subject as Partial<{kind: string; epoch: number; from: number; to: number}>;
  if (kind === "map/1") return `map ${run}`;
  return to === undefined ? `train ${run}` : `explain ${run} epoch ${epoch} images ${from}-${to - 1}`;
}

/** BullMQ's words for a task whose workers have all stopped answering. */
function failureWords(reason: string): string {
  if (!/stalled more than allowable limit/.test(reason)) return reason;
  return `expected a worker that survives it, got ${ATTEMPTS} that stopped answering over it`;
}
