import type {Worker} from "node:worker_threads";

import {runtimeFailure} from "./failure";
import {type Host, openHost} from "./host";
import {runtimeInstalled} from "./installed";
import {owned} from "./owned";
import type {Feeds, Runtime} from "./runtime";

/** A question as it goes over to the worker; `id` comes back with the answer. */
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
  /** @param moved Buffers of the question that go over to the worker. */
  ask<M extends keyof Host>(method: M, question: Parameters<Host[M]>[0], moved: ArrayBuffer[]): ReturnType<Host[M]>;
}

/**
 * onnxruntime in a worker: its `run` blocks the thread it is called on (130 ms for sixteen photographs), and here that is not
 * the caller's. The worker starts when it is first needed, does one thing after the other, and keeps no process alive while
 * it has nothing to do. If it dies, what it was asked for fails, and the next model gets a new one.
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

/** onnxruntime-node, or onnxruntime-web where that is not installed, in one worker, which all models share. */
export const threadRuntime = runtimeInThread(() => runtimeInstalled().path);

function copied(feeds: Feeds): Feeds {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, {type, dims, data}]) => [name, {type, dims, data: owned(data)}]),
  );
}

/** The worker's whole life. Results are handed over, not copied. */
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

/** Answers that are there, and whose askers have not been told. */
const told: (() => void)[] = [];

/**
 * Tells one asker a turn of the event loop. Node hands over a thousand messages before the loop turns: answers that bring new questions,
 * or long work with them, would keep timers waiting.
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
