import {type IndexedRun, listRuns} from "../pipeline/record/registry/list-runs";
import {textWidth} from "./fit";
import type {RunsGiven} from "./runs-given";
import {columns, complain, paint, say, sayDocument} from "./terminal";

/** Does `runs list`: prints one line for each run. */
export async function tellRuns({save, where, sort, limit, json, quiet}: RunsGiven): Promise<number> {
  const {result: runs, notes} = await listRuns(save, {where, sort, limit});
  if (!quiet) for (const note of notes) complain(`${paint.yellow("note")} ${note}`);
  if (json) {
    sayDocument({schema: "epochscope/runs/1", runs: runs.map(documentOf)});
    return 0;
  }
  if (runs.length === 0) {
    say(where === "" ? `no run in ${save} yet` : `no run in ${save} for which ${where}`);
    return 0;
  }
  for (const line of tableOf(runs, columns())) say(line);
  return 0;
}

/** A run in the form of the JSON document, with names in camelCase. */
export function documentOf(run: IndexedRun): {readonly [name: string]: unknown} {
  return Object.fromEntries(
    Object.entries(run).map(([name, value]) => [
      name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

/** The table's columns, and whether their cells are aligned to the right. */
const SHOWN: readonly (readonly [heading: string, cell: (run: IndexedRun) => string, isRight: boolean])[] = [
  ["run", ({name}) => `${name}`, false],
  ["status", ({status}) => `${status}`, false],
  ["epochs", ({epochs}) => `${epochs ?? "–"}`, true],
  ["test", ({test_accuracy: share}) => (typeof share === "number" ? `${(100 * share).toFixed(2)}%` : "–"), true],
  ["95 %", ({test_interval95: ends}) => (ends ? ends.map((end) => (100 * end).toFixed(1)).join("–") : ""), true],
  ["model", ({model}) => `${model}`, false],
  ["seed", ({seed}) => `${seed}`, true],
  ["size", ({bytes}) => `${(Number(bytes) / 1e6).toFixed(1)} MB`, true],
  ["tags", ({tags}) => tags.join(" "), false],
];

/** The lines of the table. If the terminal is too narrow, the last columns are left out. */
export function tableOf(runs: readonly IndexedRun[], room: number): string[] {
  const all = SHOWN.map(([heading, cell, isRight]) => {
    const cells = [heading, ...runs.map(cell)];
    return {cells, isRight, width: Math.max(...cells.map(textWidth))};
  }).filter(({cells}) => cells.slice(1).some((text) => text !== ""));
  let used = -2;
  const shown = all.filter(({width}) => {
    used += width + 2;
    return used <= room;
  });
  return [0, ...runs.map((_, i) => i + 1)].map((row) =>
    shown
      .map(({cells, isRight, width}) => {
        const space = " ".repeat(width - textWidth(cells[row]));
        return isRight ? space + cells[row] : cells[row] + space;
      })
      .join("  ")
      .trimEnd(),
  );
}
