import {basename, join, resolve} from "node:path";
import {setTimeout as wait} from "node:timers/promises";

import {endOf, follower} from "../pipeline/handed/follow";
import {askForRun, trainId, trainingTasks} from "../pipeline/handed/hand-over";
import {shownAddress} from "../pipeline/jobs/queue-url";
import type {TrainQuestion} from "../pipeline/jobs/train-question";
import {pointLatest} from "../pipeline/record/latest";
import {runName} from "../pipeline/record/run-name";
import type {ShownEvent} from "../pipeline/run/events";
import type {RunOptions} from "../pipeline/run/options";
import type {ProbeOptions} from "../pipeline/run/probe-once";
import {workersOf} from "./workers-of";

/** Milliseconds from one look at the run's folder to the next. */
const LOOK = 500;

/**
 * Hands a run to a worker of a queue, and tells what its folder says meanwhile. A run of that name that was made with the same
 * options goes on, or is shown if it has reached its end.
 *
 * @param url The queue's address.
 */
export async function* runElsewhere(
  asked: RunOptions,
  probeOptions: ProbeOptions,
  url: string,
  signal: AbortSignal,
): AsyncGenerator<ShownEvent> {
  const name = asked.name || runName(new Date(), basename(asked.data), basename(asked.model).replace(/\.\w+$/, ""));
  const options = {...asked, name};
  const {shards, results} = trainingTasks([{options, probeOptions}]);
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const workers = await workersOf(url, {
    ...{kind: "train", results, say},
    idOf: (question) => trainId(question as TrainQuestion),
  });
  const path = join(resolve(options.save), name);
  let failure: unknown;
  let isOver = false;
  yield {type: "say", line: `${name} is handed to a worker of ${shownAddress(url)}`};
  const trained = askForRun(workers, shards[0], {say, signal})
    .catch((error) => {
      failure = error;
    })
    .finally(() => {
      isOver = true;
    });
  try {
    const {look} = follower(path);
    const news = async (): Promise<ShownEvent[]> => {
      const events = await look();
      if (events.some(({type}) => type === "start")) {
        const note = await pointLatest(resolve(options.save), name);
        if (note !== undefined) say(note);
      }
      return [...events, ...said.splice(0).map((line) => ({type: "say", line}) as const)];
    };
    while (!isOver) {
      yield* await news();
      await Promise.race([trained, wait(LOOK)]);
    }
    yield* await news();
  } finally {
    await workers.close();
  }
  if (failure === undefined) return yield await endOf(path);
  if (!signal.aborted) throw failure;
  yield {
    type: "say",
    line: `a worker that has begun ${name} goes on with it; the same command with --name ${name} shows it`,
  };
}
