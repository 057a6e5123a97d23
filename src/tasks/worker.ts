/** @file Everything that a worker thread does: it gets a task, answers it, and gets the next. thread.ts starts it. */
import {type MessagePort, parentPort} from "node:worker_threads";

import {UserError} from "../nouns/options";
import {inOneLine, systemWords} from "../nouns/system-errors";
import type {Say, TaskName} from "../pipeline/jobs/jobs";
import type {Answer} from "../pipeline/jobs/thread";
import {NotNow} from "../pipeline/jobs/workers";
import {tasks} from "./index";

const port = parentPort as MessagePort;

/** A task, or the message that the current task must stop. */
type Message = {readonly task: TaskName; readonly question: unknown} | {readonly stop: true};

let atWork = new AbortController();

port.on("message", async (message: Message) => {
  if ("stop" in message) return atWork.abort();
  const {task, question} = message;
  atWork = new AbortController();
  const {signal} = atWork;
  const said: string[] = [];
  const run = tasks[task] as (question: unknown, say: Say, signal: AbortSignal) => Promise<unknown>;
  let answer: Answer;
  try {
    answer = {said, result: await run(question, (line) => said.push(line), signal)};
  } catch (error) {
    const code = error instanceof UserError ? error.code : systemWords(error) && "CANNOT_WRITE";
    const failure = {message: inOneLine(error), stack: `${(error as Error).stack}`};
    const isNotNow = error instanceof NotNow;
    answer = {said, failure: {...failure, ...(code ? {code} : {}), ...(isNotNow ? {isNotNow} : {})}};
  }
  port.postMessage(answer);
});
