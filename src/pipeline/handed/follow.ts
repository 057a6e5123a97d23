import {existsSync} from "node:fs";
import {stat} from "node:fs/promises";
import {join} from "node:path";

import {judgedLoss} from "../../nouns/judged-loss";
import {readRunFile} from "../record/run-file";
import {isRunLocked} from "../record/run-lock";
import {readProgress} from "../record/run-progress";
import {openSavedRun} from "../record/saved-run";
import type {Engine} from "../run/choose-engine";
import type {ModelFacts, ShownEvent} from "../run/events";
import type {EpochMetrics} from "../types";

/** Reports what is new in a run's folder, wherever the run trains. */
export interface Follower {
  /** The events since the last look. */
  look(): Promise<ShownEvent[]>;
}

/** Follows a run only by its folder, so it does not matter which process trains it, or what happens to the queue. */
export function follower(path: string): Follower {
  let isBegun = false;
  let told = "";
  let seen = Number.NEGATIVE_INFINITY; // when the last metrics.jsonl that was read was written
  const epochs = new Set<number>();
  let best = Number.POSITIVE_INFINITY;

  const epochsOf = (metrics: readonly EpochMetrics[]): ShownEvent[] =>
    metrics.flatMap((line): ShownEvent[] => {
      if (epochs.has(line.epoch)) return [];
      epochs.add(line.epoch);
      const isBest = judgedLoss(line) < best;
      best = Math.min(best, judgedLoss(line));
      const failures = Object.entries(line.failures ?? {}).map(
        ([probe, message]) => ({type: "failure", probe, error: new Error(message)}) as const,
      );
      return [...failures, {type: "epoch", metrics: line, best: isBest}];
    });
  return {
    async look() {
      if (!existsSync(join(path, "run.json"))) return [];
      const events: ShownEvent[] = [];
      if (!isBegun) {
        isBegun = true;
        events.push(startOf(path));
      }
      const written = await stat(join(path, "metrics.jsonl")).catch(() => undefined); // not there yet
      if (written && written.mtimeMs !== seen) {
        seen = written.mtimeMs;
        events.push(...epochsOf((await openSavedRun(path)).metrics));
      }
      const progress = (await isRunLocked(path)) ? await readProgress(path) : null;
      if (progress?.counts && !epochs.has(progress.epoch)) {
        const {epoch, counts, steps} = progress;
        const now = `${epoch} ${counts.batch}`;
        if (now !== told) events.push({type: "train", epoch, ...counts, steps});
        told = now;
      }
      return events;
    },
  };
}

function startOf(path: string): ShownEvent {
  const {data, model, engine, options} = readRunFile(path);
  const {name, imageShape, classNames, digest, moreTest} = data;
  const counts = {train: {count: data.train}, validation: {count: data.validation}, test: {count: data.test}};
  const known = {...(digest === undefined ? {} : {digest}), ...(moreTest ? {moreTest: {count: moreTest}} : {})};
  return {
    type: "start",
    path,
    data: {name, imageShape, classNames, ...known, ...counts},
    model: model as unknown as ModelFacts, // run.json keeps all of them
    engine: engine as unknown as Engine,
    epochs: Number(options.epochs),
  };
}

/** The event which says that a run has reached its end. */
export async function endOf(path: string): Promise<ShownEvent & {readonly type: "end"}> {
  const {metrics} = await openSavedRun(path);
  const best = metrics.reduce((a, b) => (judgedLoss(b) < judgedLoss(a) ? b : a));
  return {type: "end", path, best, ...(existsSync(join(path, "report.html")) ? {} : {lacking: ["report"]})};
}
