/** @file A thread that makes maps: one question, one answer. Started by map-thread.ts. */
import {type MessagePort, parentPort} from "node:worker_threads";

import {mapRows} from "../analysis/map-rows";
import {UserError} from "../options";
import {randomSource} from "../random";
import type {Answer, Question} from "./map-thread";

const port = parentPort as MessagePort;

port.on("message", async ({rows, settings, seed, ...context}: Question) => {
  const said: string[] = [];
  let answer: Answer;
  try {
    const map = await mapRows(rows, settings, {...context, random: randomSource(seed), say: (line) => said.push(line)});
    answer = {said, map};
  } catch (error) {
    const {message, stack} = error as Error;
    answer = {said, failure: {message, stack: `${stack}`, isUsers: error instanceof UserError}};
  }
  port.postMessage(answer);
});
