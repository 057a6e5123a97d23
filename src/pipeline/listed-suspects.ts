import {join} from "node:path";

import {UserError} from "../nouns/options";
import type {Dataset} from "../nouns/samples";
import {numberOf, SPLITS, type SplitName} from "./data/image-names";
import {readIfThere} from "./data/read-file";
import {labelsAt} from "./data/split-labels";
import {firstRecords} from "./data/tables/csv-records";
import type {WorstLabels} from "./labels";
import {csvTable} from "./record/csv-table";

/** The words that `--split` takes, and the splits that each of them means. */
export const SPLIT_CHOICES = {train: ["train"], validation: ["validation"], test: ["test"], all: SPLITS} as const;

/** A row of a run's suspects.csv. */
export interface ListedSuspect {
  readonly split: SplitName;
  /** Its place in the split. */
  readonly index: number;
  readonly given: string;
  readonly predicted: string;
  /** In [0, 1]; the lower, the more suspect. */
  readonly score: number;
  readonly isIssue: boolean;
  readonly method: string;
  readonly reason: string;
}

const COLUMNS = [
  "split",
  "index",
  "given_label",
  "predicted_label",
  "label_score",
  "is_label_issue",
  "method",
  "reason",
];

/**
 * The images of some splits that a run itself ranked by how likely their label is wrong: it asks about images that the network did not
 * learn from, and with `--folds` about all. The most suspect first.
 *
 * @throws UserError if the run left no list, or the list says nothing of a split or has other labels than the data.
 */
export async function listedSuspects(
  runPath: string,
  data: Dataset,
  splits: readonly SplitName[],
): Promise<readonly ListedSuspect[]> {
  const path = join(runPath, "suspects.csv");
  const bytes = await readIfThere(path);
  if (!bytes) {
    throw new UserError(`${path}: expected the list of suspects that a run leaves when it ends, got nothing there`);
  }
  const {records} = await firstRecords(new TextDecoder().decode(bytes), ",", Number.MAX_SAFE_INTEGER, false);
  const [header = [], ...rows] = records;
  const lacking = COLUMNS.filter((name) => !header.includes(name));
  if (lacking.length > 0) {
    throw new UserError(`${path}: expected the columns ${COLUMNS.join(", ")}, got none named ${lacking.join(", ")}`);
  }
  const at = COLUMNS.map((name) => header.indexOf(name));
  const suspects = rows.flatMap((row): ListedSuspect[] => {
    const [word, index, given, predicted, score, isIssue, method, reason] = at.map((column) => row[column]);
    const split = splits.find((name) => name === word);
    return split
      ? [
          {
            ...{split, index: Number(index), given, predicted},
            score: Number(score),
            isIssue: isIssue === "1",
            method,
            reason,
          },
        ]
      : [];
  });
  for (const split of splits) await checkSplit(path, data, split, suspects);
  return suspects;
}

/** @throws UserError if the list says nothing of the split, or something else than the data. */
async function checkSplit(path: string, data: Dataset, split: SplitName, all: readonly ListedSuspect[]) {
  const own = all.filter((one) => one.split === split);
  if (own.length === 0) {
    const why = split === "train" ? "a run asks about these with --folds" : "the run has none";
    throw new UserError(`${path}: expected ${split} images, got none (${why})`);
  }
  const {count} = data[split];
  const beyond = own.find(({index}) => !(Number.isInteger(index) && index >= 0 && index < count));
  if (beyond) throw new UserError(`${path}: expected ${split} images below ${count}, got ${beyond.index}`);
  const labels = await labelsAt(
    data[split],
    Uint32Array.from(own, ({index}) => index),
  );
  const other = own.findIndex(({given}, n) => data.classNames[labels[n]] !== given);
  if (other < 0) return;
  const {index, given} = own[other];
  const label = data.classNames[labels[other]];
  throw new UserError(`${path}: expected label ${label} of ${split} image ${index}, as the data have it, got ${given}`);
}

/**
 * The list as `suspects.csv`.
 *
 * @param decision About all of them; "" leaves the columns `decision` and `new_label` for the reader to fill in.
 */
export function listedSuspectsCsv(
  suspects: readonly ListedSuspect[],
  data: Dataset,
  decision: "" | WorstLabels["decision"] = "",
): string {
  const empty = suspects.map(() => "");
  return csvTable({
    rank: suspects.map((_, i) => i + 1),
    image: suspects.map((one) => numberOf(data, one)),
    split: suspects.map(({split}) => split),
    index: suspects.map(({index}) => index),
    source_index: suspects.map(({split, index}) => data[split].sources?.[index] ?? index),
    file: suspects.map(({split, index}) => data[split].files?.[index] ?? ""),
    given_label: suspects.map(({given}) => given),
    predicted_label: suspects.map(({predicted}) => predicted),
    label_score: suspects.map(({score}) => score),
    is_label_issue: suspects.map(({isIssue}) => (isIssue ? 1 : 0)),
    method: suspects.map(({method}) => method),
    reason: suspects.map(({reason}) => reason),
    decision: suspects.map(() => decision),
    new_label: empty,
  });
}
