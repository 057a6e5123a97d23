/** @file The thread's whole life: a task, its answer, the next. Started by thread.ts. */
import {type MessagePort, parentPort} from "node:worker_threads";

import {UserError} from "../nouns/options";
import {inOneLine, systemWords} from "../nouns/system-errors";
import type {Say, TaskName} from "../pipeline/jobs/jobs";
import type {Answer} from "../pipeline/jobs/thread";
import {tasks} from "./index";

const port = parentPort as MessagePort;

port.on("message", async ({task, question}: {readonly task: TaskName; readonly question: unknown}) => {
  const said: string[] = [];
  const run = tasks[task] as (question: unknown, say: Say) => Promise<unknown>;
  let answer: Answer;
  try {
    answer = {said, result: await run(question, (line) => said.push(line))};
  } catch (error) {
    const code = error instanceof UserError ? error.code : systemWords(error) && "CANNOT_WRITE";
    const failure = {message: inOneLine(error), stack: `${(error as Error).stack}`};
    answer = {said, failure: {...failure, ...(code ? {code} : {})}};
  }
  port.postMessage(answer);
});
