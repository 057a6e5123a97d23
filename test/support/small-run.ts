/** @file A small real run with every probe, and what it left. */
import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";

import {resolveOptions} from "../../src/nouns/options";
import {type RunControl, run} from "../../src/pipeline/run";
import type {RunEvent} from "../../src/pipeline/run/events";
import {type RunOptions, runOptions} from "../../src/pipeline/run/options";
import type {ProbeOptions} from "../../src/pipeline/run/probe-once";
import type {EpochMetrics} from "../../src/pipeline/types";

/** MNIST's own images, few of them. */
export const SMALL = {trainLimit: 1200, testLimit: 200, epochs: 2, batchSize: 32, projector: 20};
export const QUICK: ProbeOptions = {
  projection: {points: 100, iterations: 100},
  lime: {},
  mistakes: {count: 6, pairs: 3},
};

export async function runAll(
  options: Partial<RunOptions>,
  probeOptions: ProbeOptions = QUICK,
  control: RunControl = {},
): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of run(resolveOptions(runOptions, {...SMALL, ...options}, "--"), probeOptions, {
    page: false,
    ...control,
  }))
    events.push(event);
  return events;
}

export function filesOf(folder: string): string[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** An epoch of a run: it always has validation images. */
type TrainedEpoch = EpochMetrics & {readonly validationLoss: number; readonly validationAccuracy: number};

export const metricsOf = (folder: string) =>
  readFileSync(join(folder, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as TrainedEpoch);
