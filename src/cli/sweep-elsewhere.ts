import {cpus} from "node:os";
import {resolve} from "node:path";

import {inOneLine} from "../nouns/system-errors";
import {endOf, follower} from "../pipeline/handed/follow";
import {askForRun, type PlannedRun, trainId, trainingTasks} from "../pipeline/handed/hand-over";
import {flow, type Shard} from "../pipeline/jobs/flow";
import type {TrainQuestion} from "../pipeline/jobs/train-question";
import {pointLatest} from "../pipeline/record/latest";
import type {ShownEvent} from "../pipeline/run/events";
import {type Bar, plainBar, terminalBar} from "./bars";
import {epochLine} from "./epoch-line";
import {interruptible} from "./interruptible";
import {jsonProgress} from "./json-events";
import {isQueue} from "./queue-of";
import {columns, complain, paint, say as print} from "./terminal";
import {workersOf} from "./workers-of";

/** Milliseconds from one look at the runs' folders to the next. */
const LOOK = 500;

/**
 * Trains runs several at a time: each on a thread of this machine, or by workers of a queue. What they learn is the same as in
 * turn. Runs that are there already are not repeated.
 *
 * @param word A number of runs at a time, or a queue's address.
 * @returns 0, or the exit code of the signal that broke it off.
 */
export async function trainAtOnce(
  runs: readonly PlannedRun[],
  word: string,
  given: {readonly [flag: string]: unknown},
): Promise<number> {
  const isJson = given.json === true;
  const isTalking = given.quiet !== true && !isJson;
  const bar: Bar =
    isTalking && process.stdout.isTTY && process.stderr.isTTY
      ? terminalBar()
      : plainBar(isTalking ? complain : () => {});
  const note = (line: string) => {
    if (!isTalking) return;
    bar.end();
    complain(`  ${paint.yellow("note")} ${line}`);
  };
  const {shards, results} = trainingTasks(runs, threadsEach(runs, word));
  const workers = await workersOf(word, {
    ...{kind: "train", results, say: note},
    idOf: (question) => trainId(question as TrainQuestion),
  });
  const shows = shards.map(({named, question}, n) => {
    const show = isJson
      ? jsonProgress().show
      : lines(`run ${n + 1} of ${shards.length}: ${named}`, named, bar, isTalking);
    return {look: follower(question.run).look, show, part: partOf()};
  });
  const over = new Set<number>();
  const parts = new Map<number, number>(); // of runs that go on, the share that is done
  let turn: Promise<void> = Promise.resolve();
  const tell = async (n: number): Promise<void> => {
    for (const event of await shows[n].look()) {
      parts.set(n, shows[n].part(event));
      shows[n].show(event);
    }
  };
  /** One look at a time: none tells what another has told. */
  const looking = (which: readonly number[]) => {
    turn = turn.then(async () => {
      for (const n of which) if (!over.has(n)) await tell(n);
      const done = [...parts].reduce((sum, [n, part]) => sum + (over.has(n) ? 0 : part), over.size);
      bar.at("sweep", Math.floor(100 * done), 100 * runs.length, [`${over.size} of ${runs.length} runs`]);
    });
    return turn;
  };
  const all = shards.map((_, n) => n);
  let trouble: Error | undefined;
  let isIdle = true;
  const timer = setInterval(() => {
    if (!isIdle) return;
    isIdle = false;
    looking(all)
      .catch((error: Error) => {
        trouble ??= error;
      })
      .finally(() => {
        isIdle = true;
      });
  }, LOOK);
  const stopping = isQueue(word)
    ? "no more runs are handed over; workers go on with those that they have begun"
    : "stopping after the current batches; Ctrl-C again stops at once";
  const {signal, code, end} = interruptible({stopping: () => complain(stopping), drawn: () => bar.end()});
  const ask = (shard: Shard<TrainQuestion>) =>
    askForRun(workers, shard, {say: (line) => note(`${shard.named}: ${line}`), signal});
  let trained = 0;
  try {
    for await (const {id, known} of flow(shards, workers, ask, results, signal)) {
      const n = shards.findIndex((shard) => shard.id === id);
      if (known && isTalking) complain(`run ${n + 1} of ${shards.length}: ${shards[n].named} is there already`);
      if (!known) {
        await looking([n]);
        if (isJson) shows[n].show(await endOf(shards[n].question.run));
        trained++;
      }
      over.add(n);
    }
    await turn;
  } finally {
    clearInterval(timer);
    bar.end();
    end();
    await workers.close();
  }
  if (trouble) note(`expected to follow the runs, got ${inOneLine(trouble)}`);
  if (signal.aborted) {
    complain(`interrupted: ${over.size} of ${runs.length} runs are done; the same command goes on with the rest`);
    return code();
  }
  const {save, name} = runs[runs.length - 1].options;
  const told = trained > 0 ? await pointLatest(resolve(save), name) : undefined; // once: each run would take it
  if (told !== undefined) note(told);
  return 0;
}

/** Runs of this machine share its cores, unless the user has said how many threads each takes; elsewhere the worker knows. */
export function threadsEach(runs: readonly PlannedRun[], word: string): number | undefined {
  if (isQueue(word) || runs.some(({options}) => options.threads > 0)) return undefined;
  const places = word === "auto" ? cpus().length : Number(word);
  return Math.max(1, Math.floor(cpus().length / Math.min(places, runs.length)));
}

/** The share of a run that is done after each event, 0 to 1. */
export function partOf(): (event: ShownEvent) => number {
  let epochs = Number.POSITIVE_INFINITY;
  let epoch = 0;
  return (event) => {
    if (event.type === "start") ({epochs} = event);
    if (event.type === "train") epoch = event.epoch - 1 + event.batch / event.batches;
    if (event.type === "epoch") ({epoch} = event.metrics);
    return epoch / epochs;
  };
}

/** Tells of one run among several, in lines that name it. */
export function lines(title: string, name: string, bar: Bar, isTalking: boolean): (event: ShownEvent) => void {
  return (event) => {
    if (event.type === "failure") {
      bar.end();
      complain(`  ${paint.red("error")} ${name}: probe ${event.probe}: ${inOneLine(event.error)}`);
    }
    if (!isTalking) return;
    if (event.type === "start") {
      bar.end();
      complain(title);
    }
    if (event.type === "epoch") {
      bar.end();
      print(`${name}  ${epochLine(event.metrics, event.best, Math.max(40, columns() - name.length - 2))}`);
    }
  };
}
