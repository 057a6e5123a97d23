/** @file The user's decisions about training images: kept in the browser, and saved as the CSV that `--edit` reads. */

import {csvTable} from "../../../pipeline/record/csv-table";
import type {Data} from "../data";
import type {Store} from "../state";
import type {Decision} from "./choices";
import type {TrainingData} from "./data";

type Kept = readonly (readonly [place: number, decision: Decision])[];

const keyOf = ({file: {run}}: Data) => `epochscope-decided-${run.name}-${run.startedAt}`;

/** The decisions of an earlier visit. A page that is opened from disk may not be allowed to store anything. */
export function restoredDecisions(data: Data): ReadonlyMap<number, Decision> {
  try {
    return new Map(JSON.parse(localStorage.getItem(keyOf(data)) ?? "[]") as Kept);
  } catch {
    return new Map();
  }
}

/** Decides about one image, or takes a decision back. */
export function decide(data: Data, store: Store, places: readonly number[], decision: Decision | null): void {
  const decided = new Map(store.state.decided);
  for (const place of places) {
    decided.delete(place); // the latest decision comes last
    if (decision) decided.set(place, decision);
  }
  store.set({decided});
  try {
    localStorage.setItem(keyOf(data), JSON.stringify([...decided]));
  } catch {
    // see above; the button that saves the list does not need this
  }
}

/** The decisions as a CSV for `--edit`, in the order of their places. */
export function decisionsCsv(
  {names}: Pick<Data, "names">,
  training: TrainingData,
  decided: ReadonlyMap<number, Decision>,
): string {
  const all = [...decided].sort(([a], [b]) => a - b).map(([place, one]) => ({place, one, row: training.rowOf(place)}));
  const here = all.filter(({row}) => row >= 0);
  return csvTable({
    split: here.map(() => "train"),
    index: here.map(({place}) => place),
    source_index: here.map(({row}) => training.source(row) ?? ""),
    file: here.map(({row}) => training.file(row)?.raw ?? ""),
    given_label: here.map(({row}) => names[training.labels[row]]),
    predicted_label: here.map(({row}) => names[training.suggested[row]]),
    label_score: here.map(({row}) => Number(training.margins[row].toPrecision(5))),
    decision: here.map(({one}) => one.kind),
    new_label: here.map(({one}) => (one.kind === "relabel" ? names[one.to] : "")),
  });
}

/** Saves a text as a file for the reader. */
export function download(name: string, words: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([words], {type: "text/csv"}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Words such as "3 decided: 1 kept, 1 relabelled, 1 dropped". */
export function decidedWords(decided: ReadonlyMap<number, Decision>): string {
  const count = (kind: Decision["kind"]) => [...decided.values()].filter((one) => one.kind === kind).length;
  return `${decided.size} decided: ${count("keep")} kept, ${count("relabel")} relabelled, ${count("drop")} dropped`;
}
