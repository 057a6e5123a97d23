import {Worker} from "node:worker_threads";

import {openRowReader, type RowsFailure, type RowsQuestion} from "./read-rows";

/** An answer of the thread; `id` is the question's. */
interface Answer {
  readonly id: number;
  readonly failure?: RowsFailure;
}

interface Waiting {
  resolve(failure: RowsFailure | undefined): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

let thread: Thread | undefined;
let questions = 0;

/** Everything that the thread does. */
const LIFE = `
const {parentPort} = require("node:worker_threads");
const read = (${openRowReader})(require("node:fs"));
parentPort.on("message", ({id, question}) => parentPort.postMessage({id, failure: read(question)}));
`;

/**
 * Reads rows on the one thread of this process that does this, in the order of the questions, so that a slow disk never
 * delays the thread that trains. The thread starts with the first question, and does not keep the process alive while
 * it has nothing to do.
 *
 * @returns The reason why the rows were not read; undefined if they are in the question's memory.
 */
export function readRows(question: RowsQuestion): Promise<RowsFailure | undefined> {
  thread ??= started();
  const {worker, waiting} = thread;
  return new Promise((resolve, reject) => {
    if (waiting.size === 0) worker.ref();
    const id = questions++;
    waiting.set(id, {resolve, reject});
    worker.postMessage({id, question});
  });
}

function started(): Thread {
  const worker = new Worker(LIFE, {eval: true, execArgv: []});
  worker.unref();
  const waiting: Thread["waiting"] = new Map();
  const fail = (error: Error) => {
    if (thread?.worker === worker) thread = undefined; // the next question gets a new thread
    for (const {reject} of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on("error", ({message}) => fail(new Error(`reading thread: expected it to work, got ${message}`)));
  worker.on("exit", (code) => fail(new Error(`reading thread: expected it to live, got its end with code ${code}`)));
  worker.on("message", ({id, failure}: Answer) => {
    waiting.get(id)?.resolve(failure);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
  });
  return {worker, waiting};
}
