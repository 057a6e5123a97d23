import {existsSync} from "node:fs";
import {join, resolve} from "node:path";
import {UserError} from "../nouns/options";
import {trainingSuspects, type WorstLabels, worstLabelsCsv} from "../pipeline/labels";
import {readTrainedRun} from "../pipeline/record/run-file";
import {writeWhole} from "../pipeline/record/write-whole";
import {reopenedData} from "../pipeline/run/reopened";

/** The decisions that `labels try` trains with: a list, or a number of the run's worst labels; 0 means none. */
export interface Tried {
  readonly edit: string;
  readonly drop: number;
  readonly relabel: number;
}

/**
 * The list of decisions to train with: the user's, or the first suspects of the run, all dropped or all relabelled. That list
 * is kept in the run's folder.
 *
 * @returns Its path.
 * @throws UserError unless exactly one is asked for.
 */
export async function listToTry(path: string, {edit, drop, relabel}: Tried): Promise<string> {
  const asked = [edit !== "", drop > 0, relabel > 0].filter(Boolean).length;
  if (asked !== 1) {
    const got = asked === 0 ? "none of them" : `${asked} of them`;
    throw new UserError(
      `--edit: expected the list of decisions to try (suspects.csv), or --drop N or --relabel N, got ${got}`,
      {code: "BAD_OPTION"},
    );
  }
  if (edit !== "") {
    if (existsSync(edit)) return resolve(edit);
    throw new UserError(`--edit ${edit}: expected a CSV file, got nothing there`, {code: "NOT_FOUND"});
  }
  const worst: WorstLabels = drop > 0 ? {decision: "drop", count: drop} : {decision: "relabel", count: relabel};
  const file = readTrainedRun(path, "labels");
  const data = await reopenedData(path, file);
  const list = join(path, `suspects-${worst.decision}-${worst.count}.csv`);
  await writeWhole(list, worstLabelsCsv(await trainingSuspects(path, data), data, worst));
  return resolve(list);
}
