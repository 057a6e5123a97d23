import {availableParallelism} from "node:os";
import {join} from "node:path";
import {Worker} from "node:worker_threads";

import {UserError} from "../../../nouns/options";
import type {DecodingAnswer, DecodingQuestion, DecodingResult} from "./questions";

/** Threads that decode pictures. */
export interface DecodingPool {
  readonly threads: number;
  /**
   * Several questions are answered at the same time. @throws What the thread threw; or the reason for which it was
   * ended.
   */
  ask(question: DecodingQuestion): Promise<DecodingResult>;
  end(): void;
}

const START = join(__dirname, "start.cjs");
/** The most threads; more would only wait for the disk, or for the thread that keeps the bytes. */
const MOST_THREADS = 8;

interface Waiting {
  resolve(result: DecodingResult): void;
  reject(error: Error): void;
}

/** Starts threads that decode pictures, as many as the machine has cores. The caller ends them. */
export function decodingPool(threads = Math.min(MOST_THREADS, availableParallelism())): DecodingPool {
  const all = Array.from({length: threads}, () => {
    const worker = new Worker(START, {execArgv: []});
    worker.unref(); // it keeps no process alive while it has nothing to do
    const waiting = new Map<number, Waiting>();
    let broken: Error | undefined;
    const fail = (error: Error) => {
      broken ??= error;
      for (const {reject} of waiting.values()) reject(error);
      waiting.clear();
    };
    worker.on("error", ({message}) => fail(new Error(`decoding thread: expected it to work, got ${message}`)));
    worker.on("exit", (code) => fail(new Error(`decoding thread: expected it to live, got its end with code ${code}`)));
    worker.on("message", ({id, result, failure}: DecodingAnswer) => {
      const asker = waiting.get(id);
      waiting.delete(id);
      if (waiting.size === 0) worker.unref();
      if (result) asker?.resolve(result);
      else if (failure) asker?.reject(errorOf(failure));
    });
    const ask = (id: number, question: DecodingQuestion) =>
      new Promise<DecodingResult>((resolve, reject) => {
        if (broken) return reject(broken);
        if (waiting.size === 0) worker.ref();
        waiting.set(id, {resolve, reject});
        worker.postMessage({id, question});
      });
    return {worker, waiting, ask};
  });
  let count = 0;
  return {
    threads,
    ask(question) {
      const idlest = all.reduce((a, b) => (b.waiting.size < a.waiting.size ? b : a));
      return idlest.ask(count++, question);
    },
    end() {
      for (const {worker} of all) void worker.terminate();
    },
  };
}

function errorOf({message, isUsers, code}: NonNullable<DecodingAnswer["failure"]>): Error {
  return isUsers ? new UserError(message, code ? {code} : {}) : new Error(message);
}
