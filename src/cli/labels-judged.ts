import {existsSync} from "node:fs";
import {join} from "node:path";

import {UserError} from "../nouns/options";
import type {SplitName} from "../pipeline/data/image-names";
import {chosenMethod, type JudgedRun, type Judging, judgedLabels} from "../pipeline/judged-labels";
import {type ListedSuspect, listedSuspects, SPLIT_CHOICES} from "../pipeline/listed-suspects";
import type {RunEvent} from "../pipeline/run/events";
import {begunOptions} from "../pipeline/run/reopened";
import {writeReport} from "../report/page";
import {driveEvents} from "./drive";
import {VERDICT_NO} from "./exit-codes";
import {evidenceFor} from "./labels-evidence";
import {tellListed} from "./labels-listed";

interface JudgedChoices extends Judging {
  readonly split: keyof typeof SPLIT_CHOICES;
  readonly top: number;
  readonly evidence: number;
  readonly failOver: number;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** The words for who judged the labels, by the method that a list names. */
function judgeOf(method: string): string {
  if (method === "best epoch") return "the best epoch's network, which learnt from them and so agrees with too many";
  return method.endsWith("folds") ? "networks that did not learn from them" : "a network that did not learn from them";
}

/**
 * `labels suspects` for all but the dynamics of the training images: by the run's own list, or by confident learning on answers that
 * the run has, or gets now.
 *
 * @param given Flags that say how progress is shown; `evidence` is there if the user gave it.
 * @returns The exit code.
 */
export async function tellJudged(
  run: JudgedRun,
  choices: JudgedChoices,
  given: {readonly [flag: string]: unknown},
): Promise<number> {
  const {path, file, data} = run;
  const {split, evidence, failOver} = choices;
  const splits: readonly SplitName[] = SPLIT_CHOICES[split];
  const method = chosenMethod(choices, splits);
  if (split !== "train" && given.evidence !== undefined && evidence > 0) {
    throw new UserError(`--evidence: expected --split train, got ${split}`, {code: "BAD_OPTION"});
  }
  const {code, found} =
    method === "confident" || method === "best"
      ? await judgedNow(run, choices, method, given)
      : {code: 0, found: await listedSuspects(path, data, splits)};
  if (!found) return code;
  const report = join(path, "report.html");
  let isShown = false;
  const issues = await tellListed(path, file.name, data, found, {
    ...choices,
    name: method === "auto" ? split : `${split}-${method}`,
    judge: judgeOf(found[0].method),
    ...(split === "train" ? {evidenceOf: (shown) => evidenceOf(shown.slice(0, evidence))} : {}),
  });
  if (isShown) await writeReport(path); // its question Training set now shows the evidence, too
  return issues > failOver ? VERDICT_NO : 0;

  async function evidenceOf(shown: readonly ListedSuspect[]) {
    const doubted = new Set(found?.flatMap(({index, isIssue}) => (isIssue ? [index] : [])));
    const suspects = shown.map(({index, predicted}) => ({index, predicted: data.classNames.indexOf(predicted)}));
    const answers = await evidenceFor(path, data, begunOptions(path, file), suspects, doubted);
    isShown = answers.evidence.length > 0 && existsSync(report);
    return answers;
  }
}

/** Judges the labels now, with a bar if networks are trained for it. @returns The exit code, and the list unless that was interrupted. */
export async function judgedNow(
  run: JudgedRun,
  {split, folds, json, quiet}: Pick<JudgedChoices, "split" | "folds" | "json" | "quiet">,
  method: "confident" | "best",
  given: {readonly [flag: string]: unknown},
): Promise<{readonly code: number; readonly found?: readonly ListedSuspect[]}> {
  let found: readonly ListedSuspect[] | undefined;
  async function* events(signal: AbortSignal): AsyncGenerator<RunEvent> {
    found = yield* judgedLabels(run, SPLIT_CHOICES[split], method, folds, signal);
  }
  const silent = {...given, quiet: quiet || json, json: false, serve: false, open: false};
  const code = await driveEvents(events, silent, "interrupted; the same command goes on with the next fold");
  return {code, ...(found ? {found} : {})};
}
