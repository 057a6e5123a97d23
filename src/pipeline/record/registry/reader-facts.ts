import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {basename, join} from "node:path";

import {parseJson} from "../../../nouns/json-text";
import {orUserError} from "../../../nouns/system-errors";
import {isRunLocked} from "../run-lock";
import type {RunStatus} from "../run-status";
import {type ListedRun, runsIn} from "../runs-in";
import {textIfThere} from "../text-if-there";
import {bytesIn, cellOf, type Efficacy, type RunFacts} from "./facts";

/** @file A reader's run in the form of the index: `qa/<name>`, one of the folders in `save/qa/`. */

const FOLDER = "qa";

export const isReader = (name: string) => name.startsWith(`${FOLDER}/`);

/** The readers' runs in `save`, the newest first. */
export async function readersIn(save: string): Promise<ListedRun[]> {
  const runs = await runsIn(join(save, FOLDER), "qa.json");
  return runs.map((run) => ({...run, name: `${FOLDER}/${run.name}`}));
}

/** The status of a reader's run: it is done once its outcome is there. */
export async function readerStatus(path: string): Promise<RunStatus> {
  if (existsSync(join(path, "outcome.json"))) return "done";
  return (await isRunLocked(path)) ? "running" : "interrupted";
}

interface ReaderLook {
  readonly step: number;
  readonly epoch: number;
  readonly trainLoss: number | null;
  readonly loss: number;
  readonly exactMatch: number;
  readonly f1: number;
}

/** Reads a reader's run for the index. @throws UserError if it cannot be read. */
export async function readerFacts(path: string): Promise<RunFacts> {
  const file = join(path, "qa.json");
  const text = await orUserError(file, () => readFile(file, "utf8"), "read");
  const {format, startedAt, options} = parseJson(text, file) as {
    readonly format: string;
    readonly startedAt: string;
    readonly options: {readonly [name: string]: unknown};
  };
  const looks = (await linesOf(join(path, "looks.jsonl"))) as ReaderLook[];
  const tests = (await linesOf(join(path, "efficacy.jsonl"))) as (Omit<Efficacy, "ids"> & {readonly ids: number[]})[];
  const last = looks.at(-1);
  const {data, seed, from} = options;
  return {
    row: {
      ...{name: `${FOLDER}/${basename(path)}`, kind: "qa", format, status: await readerStatus(path)},
      ...{started_at: startedAt, ended_at: null, data: data ? basename(`${data}`) : "made", data_digest: null},
      ...{model: "bert", parameters: null, engine: "wasm", seed: Number(seed)},
      ...{epochs: last ? Math.floor(last.epoch + 1e-9) : null, best_epoch: null},
      ...{validation_loss: null, validation_accuracy: null},
      ...{test_loss: last?.loss ?? null, test_accuracy: last?.exactMatch ?? null},
      seconds: null,
      bytes: await bytesIn(path),
      ...{parent: from ? `${from}` : null, sweep: null, note: ""},
    },
    options: Object.entries(options).map(([name, value]) => [name, cellOf(value)] as const),
    metrics: looks.flatMap(({step, trainLoss, loss, exactMatch, f1}) =>
      Object.entries({train_loss: trainLoss, test_loss: loss, test_accuracy: exactMatch, test_f1: f1}).flatMap(
        ([name, value]) => (value === null ? [] : [{epoch: step, name, value}]),
      ),
    ),
    tags: [],
    efficacy: tests.map(({state, correct, asked, ids}) => ({state, correct, asked, ids: ids.join(",")})),
  };
}

async function linesOf(path: string): Promise<unknown[]> {
  const text = (await textIfThere(path)) ?? "";
  return text
    .split("\n")
    .filter(Boolean)
    .map((line, n) => parseJson(line, `${path}: line ${n + 1}`));
}
