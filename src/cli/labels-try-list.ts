import {existsSync} from "node:fs";
import {join, resolve} from "node:path";
import {UserError} from "../nouns/options";
import {chosenMethod, type Judging} from "../pipeline/judged-labels";
import {firstOf, trainingSuspects, type WorstLabels, worstLabelsCsv} from "../pipeline/labels";
import {listedSuspectsCsv} from "../pipeline/listed-suspects";
import {readTrainedRun} from "../pipeline/record/run-file";
import {writeWhole} from "../pipeline/record/write-whole";
import {reopenedData} from "../pipeline/run/reopened";
import {judgedNow} from "./labels-judged";

/** The decisions that `labels try` trains with: a list, or a number of the run's worst labels (0: none), and who judges these. */
export interface Tried extends Judging {
  readonly edit: string;
  readonly drop: number;
  readonly relabel: number;
}

/**
 * The list of decisions to train with: the user's, or the first suspects of the run, all dropped or all relabelled. That list
 * is kept in the run's folder.
 *
 * @param given Flags that say how progress is shown.
 * @returns Its path; without it, the exit code: the user interrupted the training of networks that judge the labels.
 * @throws UserError unless exactly one is asked for.
 */
export async function listToTry(
  path: string,
  {edit, drop, relabel, ...judging}: Tried & {readonly json: boolean},
  given: {readonly [flag: string]: unknown},
): Promise<{readonly code: number; readonly edit?: string}> {
  const method = chosenMethod(judging, ["train"]);
  const asked = [edit !== "", drop > 0, relabel > 0].filter(Boolean).length;
  if (asked !== 1) {
    const got = asked === 0 ? "none of them" : `${asked} of them`;
    throw new UserError(
      `--edit: expected the list of decisions to try (suspects.csv), or --drop N or --relabel N, got ${got}`,
      {code: "BAD_OPTION"},
    );
  }
  if (edit !== "") {
    if (judging.method !== "auto" || judging.folds > 0) {
      const flag = judging.folds > 0 ? "--folds" : "--method";
      throw new UserError(`${flag}: expected --drop N or --relabel N, got --edit`, {code: "BAD_OPTION"});
    }
    if (existsSync(edit)) return {code: 0, edit: resolve(edit)};
    throw new UserError(`--edit ${edit}: expected a CSV file, got nothing there`, {code: "NOT_FOUND"});
  }
  const worst: WorstLabels = drop > 0 ? {decision: "drop", count: drop} : {decision: "relabel", count: relabel};
  const file = readTrainedRun(path, "labels");
  const data = await reopenedData(path, file);
  const name = `suspects-${worst.decision}-${worst.count}`;
  if (method !== "confident" && method !== "best") {
    return kept(join(path, `${name}.csv`), worstLabelsCsv(await trainingSuspects(path, data), data, worst));
  }
  const {code, found} = await judgedNow(
    {path, file, data},
    {...judging, split: "train", quiet: given.quiet === true},
    method,
    given,
  );
  if (!found) return {code};
  const first = firstOf(found, worst, (one) => one.given !== one.predicted);
  return kept(join(path, `${name}-${method}.csv`), listedSuspectsCsv(first, data, worst.decision));
}

async function kept(path: string, csv: string) {
  await writeWhole(path, csv);
  return {code: 0, edit: resolve(path)};
}
