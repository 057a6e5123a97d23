import {bestOf, exactMatch, plainAnswer, wordsF1} from "../../numbers/answers";
import {bestNullThreshold, type NullThreshold} from "../../numbers/null-threshold";
import type {Question} from "../data/text/questions";
import type {Answer} from "./answer";

/** Exact match and F1 of some questions, fractions in [0, 1]. */
export interface Share {
  readonly questions: number;
  readonly exactMatch: number;
  readonly f1: number;
}

/** How right answers are, as SQuAD's scripts judge them: fractions in [0, 1]. */
export interface Judged {
  readonly exactMatch: number;
  readonly f1: number;
  /** The share of exact matches if the greatest start and end logits are taken independently. */
  readonly exactByTwoArgMaxes: number;
  /** The share for questions whose text has an answer, and for those whose text has none; absent if all have one. */
  readonly answerable?: Share;
  readonly unanswerable?: Share;
}

export function judged(answers: readonly Answer[], questions: readonly Question[]): Judged {
  const all = answers.map((answer, n) => ({answer, golds: questions[n].answers.map(({text}) => text)}));
  const [answerable, unanswerable] = [true, false].map((has) => all.filter(({golds}) => hasAnswer(golds) === has));
  const exactByTwoArgMaxes = mean(all, ({answer: {byTwoArgMaxes}, golds}) => exact(byTwoArgMaxes, golds));
  const {exactMatch: whole, f1} = shareOf(all);
  const parts = {answerable: shareOf(answerable), unanswerable: shareOf(unanswerable)};
  return {exactMatch: whole, f1, exactByTwoArgMaxes, ...(unanswerable.length > 0 ? parts : {})};
}

interface Asked {
  readonly answer: Answer;
  readonly golds: readonly string[];
}

function shareOf(asked: readonly Asked[]): Share {
  return {
    questions: asked.length,
    exactMatch: mean(asked, ({answer: {text}, golds}) => exact(text, golds)),
    f1: mean(asked, ({answer: {text}, golds}) => bestOf(wordsF1, text, golds)),
  };
}

/** The thresholds with which exact match and F1 of these questions would be greatest, as SQuAD 2.0's script finds them. */
export function bestThresholds(
  answers: readonly Answer[],
  questions: readonly Question[],
): {readonly exactMatch: NullThreshold; readonly f1: NullThreshold} {
  const scored = (score: (a: string, b: string) => number) =>
    bestNullThreshold(
      answers.map(({spans, nothing: {difference}}, n) => {
        const golds = questions[n].answers.map(({text}) => text);
        const text = spans[0]?.text ?? "";
        return {
          difference: difference ?? Number.MAX_VALUE,
          score: bestOf(score, text, golds),
          hasAnswer: hasAnswer(golds),
          isEmpty: text === "",
        };
      }),
    );
  return {exactMatch: scored((a, b) => Number(exactMatch(a, b))), f1: scored(wordsF1)};
}

const exact = (text: string, golds: readonly string[]) => bestOf((a, b) => Number(exactMatch(a, b)), text, golds);
const hasAnswer = (golds: readonly string[]) => golds.some((gold) => plainAnswer(gold) !== "");

function mean<T>(list: readonly T[], score: (one: T) => number): number {
  return list.length === 0 ? 0 : list.reduce((sum, one) => sum + score(one), 0) / list.length;
}
