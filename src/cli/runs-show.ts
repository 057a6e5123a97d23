import {readdir, stat} from "node:fs/promises";
import {join} from "node:path";

import {wilsonInterval} from "../numbers/intervals";
import {bestEpoch} from "../pipeline/record/kept-epochs";
import {readerFacts} from "../pipeline/record/registry/reader-facts";
import {openRunDirectory} from "../pipeline/record/run-directory";
import {readRunFile} from "../pipeline/record/run-file";
import {readNotes} from "../pipeline/record/run-notes";
import {runPath} from "../pipeline/record/run-reference";
import {readStatusFile, statusOf} from "../pipeline/record/run-status";
import {readerIn} from "./readers";
import {here} from "./run-places";
import type {RunsGiven} from "./runs-given";
import {paint, say, sayDocument} from "./terminal";

/** Does `runs show`: prints what a run was made from, its status and its results. */
export async function showRun({save, names: [name = "latest"], json}: RunsGiven): Promise<number> {
  const reader = await readerIn(save, name);
  if (reader !== undefined) return showReader(reader, json === true);
  const path = await runPath(save, name);
  const run = readRunFile(path);
  const metrics = await openRunDirectory(path).readMetrics();
  const best = metrics.find(({epoch}) => epoch === bestEpoch(metrics)) ?? null;
  const status = await statusOf(
    path,
    metrics.map(({epoch}) => epoch),
  );
  const notes = await readNotes(path);
  const files = await filesIn(path);
  const tested = run.data.test;
  const interval = best && tested > 0 ? wilsonInterval(Math.round(best.testAccuracy * tested), tested) : null;
  if (json) {
    const told = {statusFile: (await readStatusFile(path)) ?? null, notes, best, testInterval95: interval, files};
    sayDocument({schema: "epochscope/run/1", path, status, run, ...told});
    return 0;
  }
  const share = (value: number | null | undefined) =>
    typeof value === "number" ? `${(100 * value).toFixed(2)}%` : "–";
  const {data, model, engine, training} = run;
  const count = (value: number) => value.toLocaleString("en");
  const last = metrics.at(-1)?.epoch;
  const lines: readonly (readonly [string, string | undefined])[] = [
    ["run", run.name],
    ["status", `${status}${last === undefined ? "" : `, ${last} of ${run.options.epochs ?? "?"} epochs`}`],
    ["started", run.startedAt],
    [
      "data",
      `${data.name}: ${count(data.train)} to train on, ${count(data.validation)} to validate, ${count(data.test)} to test`,
    ],
    ["model", `${model.name}${typeof model.parameters === "number" ? `: ${count(model.parameters)} weights` : ""}`],
    ["engine", engine.name],
    [
      "learning",
      training.learningRate === undefined
        ? undefined
        : `rate ${training.learningRate}, ${training.schedule}; seed ${run.seed}`,
    ],
    [
      "best",
      best
        ? `epoch ${best.epoch}: test ${share(best.testAccuracy)}${interval ? ` (95 %: ${interval.map(share).join(" to ")})` : ""}, validation ${share(best.validationAccuracy)}`
        : undefined,
    ],
    ["tags", notes.tags.join(" ") || undefined],
    ["note", notes.note || undefined],
    [
      "files",
      `${count(files.length)}, ${(files.reduce((sum, {bytes}) => sum + bytes, 0) / 1e6).toFixed(1)} MB, in ${here(path)}`,
    ],
    ["format", run.format],
  ];
  for (const [what, words] of lines) if (words !== undefined) say(`${paint.bold(what.padEnd(9))}${words}`);
  return 0;
}

/** The same for a reader's run. */
async function showReader(path: string, json: boolean): Promise<number> {
  const {READER_FORMAT, readFacts, readLooks}: typeof import("../pipeline/qa/files") = require("../pipeline/qa/files");
  const {name, startedAt, options} = await readFacts(path);
  const last = (await readLooks(path)).at(-1);
  const {row, efficacy} = await readerFacts(path);
  const files = await filesIn(path);
  if (json) {
    const run = {
      ...{format: READER_FORMAT, name, startedAt, seed: options.seed, options},
      ...{data: {name: row.data}, model: {name: row.model}, engine: {name: row.engine}},
    };
    const rest = {statusFile: null, notes: {tags: [], note: ""}, best: last ?? null, files};
    sayDocument({schema: "epochscope/run/1", path, status: row.status, run, ...rest});
    return 0;
  }
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  const lines: readonly (readonly [string, string])[] = [
    ["run", name],
    ["status", `${row.status}${last ? `, ${last.step} steps` : ""}`],
    ["started", startedAt],
    ["data", `${row.data}: questions about texts; seed ${options.seed}`],
    ["model", "a reader: BERT for questions"],
    ...(last
      ? [
          [
            "last",
            `step ${last.step}: ${share(last.exactMatch)} exact, F1 ${share(last.f1)} of held-out questions`,
          ] as const,
        ]
      : []),
    ...efficacy.map(
      ({state, correct, asked}) => ["asked", `${state}: ${correct} right of ${asked} (qa ask --again)`] as const,
    ),
    [
      "files",
      `${files.length}, ${(files.reduce((sum, {bytes}) => sum + bytes, 0) / 1e6).toFixed(1)} MB, in ${here(path)}`,
    ],
  ];
  for (const [what, words] of lines) say(`${paint.bold(what.padEnd(9))}${words}`);
  return 0;
}

async function filesIn(path: string): Promise<{readonly path: string; readonly bytes: number}[]> {
  const entries = await readdir(path, {recursive: true, withFileTypes: true});
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sized = files.sort().map(async (file) => ({path: file.slice(path.length + 1), bytes: (await stat(file)).size}));
  return Promise.all(sized);
}
