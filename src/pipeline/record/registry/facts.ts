import {readdir, stat} from "node:fs/promises";
import {basename, join} from "node:path";

import type {EpochMetrics} from "../../types";
import {bestEpoch} from "../kept-epochs";
import {openRunDirectory} from "../run-directory";
import {readRunFile} from "../run-file";
import {readNotes} from "../run-notes";
import {readStatusFile, statusOf} from "../run-status";

/** The possible values of a cell. */
export type Cell = string | number | null;

/** A run in the form of the tables. */
export interface RunFacts {
  readonly row: {readonly [column: string]: Cell};
  readonly options: readonly (readonly [name: string, value: Cell])[];
  /** The metrics of each epoch; for a reader, of each step that was looked at. */
  readonly metrics: readonly {readonly epoch: number; readonly name: string; readonly value: number}[];
  readonly tags: readonly string[];
  /** The scores of states of the run's network. */
  readonly efficacy: readonly Efficacy[];
}

/** One test of a state of a network, in the form of the published tables. */
export interface Efficacy {
  /** Model, data, epoch or step. */
  readonly state: string;
  readonly correct: number;
  readonly asked: number;
  /** The samples that were asked about. */
  readonly ids: string;
}

/** The files that show the state of a run. A row is out of date once one of them is newer. */
const TELLING = [
  ...["run.json", "status.json", "notes.json", "metrics.jsonl"],
  ...["qa.json", "looks.jsonl", "outcome.json", "efficacy.jsonl"],
];

/** In milliseconds: a file that was changed this short a time ago may be changed again without a new time. */
const TICKS = 100;

/** When a run was last changed, in milliseconds since 1970; 0 if that was too short a time ago to be reliable. */
export async function changedAt(path: string, now = Date.now()): Promise<number> {
  const times = await Promise.all(
    TELLING.map((name) =>
      stat(join(path, name)).then(
        ({mtimeMs, ctimeMs}) => Math.max(mtimeMs, ctimeMs),
        () => 0,
      ),
    ),
  );
  const newest = Math.max(...times);
  return now - newest > TICKS ? Math.floor(newest) : 0;
}

/** Reads a run for the index. @throws UserError if it cannot be read. */
export async function factsOf(path: string): Promise<RunFacts> {
  const file = readRunFile(path);
  const directory = openRunDirectory(path);
  const metrics = await directory.readMetrics();
  const [{tags, note}, status] = [await readNotes(path), await readStatusFile(path)];
  const best = bestEpoch(metrics);
  const line = metrics.find(({epoch}) => epoch === best);
  const {data, model, engine, options, seed, format, startedAt} = file;
  const {parameters} = model as {readonly parameters?: unknown};
  return {
    row: {
      name: basename(path),
      ...{
        kind: file.kind ?? "train",
        format,
        status: await statusOf(
          path,
          metrics.map(({epoch}) => epoch),
        ),
      },
      ...{started_at: startedAt, ended_at: status?.endedAt ?? null, data: data.name, data_digest: data.digest ?? null},
      ...{model: model.name, parameters: typeof parameters === "number" ? parameters : null, engine: engine.name, seed},
      ...{epochs: metrics.at(-1)?.epoch ?? null, best_epoch: best ?? null},
      ...{validation_loss: line?.validationLoss ?? null, validation_accuracy: line?.validationAccuracy ?? null},
      ...{test_loss: line?.testLoss ?? null, test_accuracy: line?.testAccuracy ?? null},
      seconds: metrics.reduce((sum, {seconds}) => sum + seconds.train + seconds.evaluate + seconds.probes, 0),
      bytes: await bytesIn(path),
      ...{parent: textOf(options.from), sweep: textOf(file.sweep), note},
    },
    options: [
      ...Object.entries(options).map(([name, value]) => [name, cellOf(value)] as const),
      ...Object.entries(file.probes).flatMap(([probe, values]) =>
        Object.entries(values).map(([name, value]) => [`${probe}.${name}`, cellOf(value)] as const),
      ),
    ],
    ...{tags, metrics: metrics.flatMap(figuresOf)},
    efficacy:
      data.test === 0
        ? []
        : metrics.map(({epoch, testAccuracy}) => ({
            ...{state: `${model.name}-${data.name}-${epoch}`, correct: Math.round(testAccuracy * data.test)},
            ...{asked: data.test, ids: `0-${data.test - 1}`},
          })),
  };
}

function figuresOf(line: EpochMetrics): RunFacts["metrics"] {
  const figures = {
    ...{train_loss: line.trainLoss, train_accuracy: line.trainAccuracy, validation_loss: line.validationLoss},
    ...{validation_accuracy: line.validationAccuracy, test_loss: line.testLoss, test_accuracy: line.testAccuracy},
    ...{
      seconds_train: line.seconds.train,
      seconds_evaluate: line.seconds.evaluate,
      seconds_probes: line.seconds.probes,
    },
  };
  const {epoch} = line;
  return Object.entries(figures).flatMap(([name, value]) => (value === null ? [] : [{epoch, name, value}]));
}

export async function bytesIn(path: string): Promise<number> {
  const entries = await readdir(path, {recursive: true, withFileTypes: true});
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({size}) => size,
        () => 0,
      ),
    ); // it is gone meanwhile
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

export function cellOf(value: unknown): Cell {
  if (typeof value === "number" || typeof value === "string" || value === null) return value;
  return typeof value === "boolean" ? `${value}` : JSON.stringify(value ?? null);
}
