import type {Worker} from "node:worker_threads";

import {runtimeFailure} from "./failure";
import {type Host, openHost} from "./host";
import {runtimeInstalled} from "./installed";
import {owned} from "./owned";
import type {Feeds, Runtime} from "./runtime";

/** A question as it is sent to the worker; `id` comes back with the answer. */
interface Question {
  readonly id: number;
  readonly method: keyof Host;
  readonly question: unknown;
}
interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly failure?: string;
}
interface Thread {
  /** Sends a question. @param moved Buffers of the question that are moved to the worker. */
  ask<M extends keyof Host>(method: M, question: Parameters<Host[M]>[0], moved: ArrayBuffer[]): ReturnType<Host[M]>;
}

/**
 * Runs onnxruntime in a worker, because its `run` blocks its thread (130 ms for sixteen photographs), and this must not
 * be the caller's thread. The worker starts when it is first needed, answers one question after another, and does not
 * keep the process alive while it has nothing to do. If it dies, the open questions fail, and the next model gets a new
 * worker.
 *
 * @param module Gives the path of onnxruntime's module, as `require.resolve` does, when the first model is opened.
 */
export function runtimeInThread(module: () => string): Runtime {
  let thread: Promise<Thread> | undefined;
  const forget = () => {
    thread = undefined;
  };
  return {
    async start(model, settings) {
      thread ??= startThread(module(), forget);
      const {ask} = await thread;
      const copy = owned(model);
      const {session, inputs, outputs} = await ask("start", {model: copy, settings}, [copy.buffer as ArrayBuffer]);
      return {
        inputs,
        outputs,
        run(feeds, names) {
          const copies = copied(feeds);
          const moved = Object.values(copies).map(({data}) => data.buffer as ArrayBuffer);
          return ask("run", {session, feeds: copies, outputs: names}, moved);
        },
        release: () => ask("release", {session}, []),
      };
    },
  };
}

/** onnxruntime-node, or onnxruntime-web if that is not installed, in one worker, which all models share. */
export const threadRuntime = runtimeInThread(() => runtimeInstalled().path);

function copied(feeds: Feeds): Feeds {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, {type, dims, data}]) => [name, {type, dims, data: owned(data)}]),
  );
}

/** The code of the worker. Results are moved, not copied. */
const LIFE = `
const {parentPort, workerData} = require("node:worker_threads");
const ort = require(workerData);
if (ort.env?.wasm) ort.env.wasm.numThreads = 1; // WebAssembly in a worker: it would start workers of its own
const host = (${openHost})(ort);
const buffersOf = (result) => [...new Set(Object.values(result ?? {}).map((a) => a?.data?.buffer).filter(Boolean))];
let turn = Promise.resolve();
parentPort.on("message", ({id, method, question}) => {
  turn = turn.then(async () => {
    try {
      const result = await host[method](question);
      parentPort.postMessage({id, result}, method === "run" ? buffersOf(result) : []);
    } catch (error) {
      parentPort.postMessage({id, failure: error.message});
    }
  });
});
`;

/** Answers that have arrived and were not yet passed on. */
const told: (() => void)[] = [];

/**
 * Passes on one answer in each turn of the event loop. Node delivers up to a thousand messages before the loop turns.
 * If answers lead to new questions, or to long work, timers would have to wait.
 */
function answered(tell: () => void): void {
  if (told.push(tell) === 1) setImmediate(tellNext);
}

function tellNext(): void {
  told.shift()?.();
  if (told.length > 0) setImmediate(tellNext);
}

async function startThread(module: string, forget: () => void): Promise<Thread> {
  const {Worker} = await import("node:worker_threads");
  const worker = new Worker(LIFE, {eval: true, workerData: module, execArgv: []});
  worker.unref();
  return threadOf(worker, forget);
}

function threadOf(worker: Worker, forget: () => void): Thread {
  const waiting = new Map<number, {method: keyof Host; resolve(result: unknown): void; reject(error: Error): void}>();
  let broken: Error | undefined;
  let count = 0;
  const fail = (error: Error) => {
    broken ??= error;
    forget();
    for (const {reject} of waiting.values()) reject(broken);
    waiting.clear();
  };
  worker.on("error", (error) => fail(new Error(`onnxruntime's thread: expected no error, got ${error.message}`)));
  worker.on("exit", (code) =>
    fail(new Error(`onnxruntime's thread: expected it to keep running, got its end with code ${code}`)),
  );
  worker.on("message", ({id, result, failure}: Answer) => {
    const {method, resolve, reject} = waiting.get(id)!;
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    answered(() => (failure === undefined ? resolve(result) : reject(runtimeFailure(method, failure))));
  });
  const ask = (method: keyof Host, question: unknown, moved: ArrayBuffer[]) =>
    new Promise((resolve, reject) => {
      if (broken) return reject(broken);
      if (waiting.size === 0) worker.ref();
      waiting.set(count, {method, resolve, reject});
      worker.postMessage({id: count++, method, question} satisfies Question, moved);
    });
  return {ask} as Thread;
}
