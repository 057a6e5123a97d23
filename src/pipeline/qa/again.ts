import {existsSync} from "node:fs";
import {appendFile} from "node:fs/promises";
import {join} from "node:path";

import {UserError} from "../../nouns/options";
import {fork} from "../../nouns/random";
import {orUserError} from "../../nouns/system-errors";
import {bestOf, exactMatch} from "../../numbers/answers";
import {inverseInterval, wilsonInterval} from "../../numbers/intervals";
import type {Question} from "../data/text/questions";
import type {Answering} from "./answering";
import {checkDigests, questionsDigest} from "./digests";
import {readFacts} from "./files";
import {questionsAt, questionsFor} from "./questions-for";
import {answersTo} from "./reader";
import {stateOf} from "./state";

/**
 * @file The efficacy test. Questions are drawn, with replacement, until a given number was answered right, or a given
 * number was asked. This is inverse sampling: right / asked is too large on average, but (right − 1) / (asked − 1) is
 * right on average (Haldane 1945).
 */

export interface AgainOptions {
  /** "held-out" or "train" for the run's questions, or a file of questions. */
  readonly split: string;
  /** The test ends when this many answers are right. */
  readonly right: number;
  /** The test ends when this many questions were asked. */
  readonly times: number;
  readonly seed: number;
}

export interface AskedAgain {
  readonly split: string;
  readonly seed: number;
  /** How many questions the split has. */
  readonly questions: number;
  readonly correct: number;
  readonly asked: number;
  /** Whether it ended because enough were right, not because enough were asked. */
  readonly isReached: boolean;
  readonly draws: readonly {
    readonly id: string;
    /** The question's place in the split. */
    readonly place: number;
    readonly question: string;
    readonly answer: string;
    /** The right answers; empty if the text has no answer. */
    readonly right: readonly string[];
    readonly isRight: boolean;
  }[];
  /** Shares in [0, 1]; `unbiased` is null for a single draw, because then it cannot be computed. */
  readonly rate: {readonly biased: number; readonly unbiased: number | null};
  /** 95 % intervals: Wilson's, which treats `asked` as fixed, and the exact one, which treats `correct` as fixed. */
  readonly wilson: readonly [low: number, high: number];
  readonly inverse: readonly [low: number, high: number];
}

/** How many questions are drawn at a time; those after the last one that counts are not used. */
const AT_ONCE = 32;

/** @throws UserError if the split is neither one of the run's nor a file of questions. */
export async function splitOf(split: string, run: string | undefined): Promise<readonly Question[]> {
  if (split !== "held-out" && split !== "train") {
    if (existsSync(split)) return questionsAt(split);
    throw new UserError(`--split: expected held-out, train or a file of questions, got "${split}"`, {
      code: "BAD_OPTION",
    });
  }
  if (run === undefined) {
    throw new UserError(
      `--split: expected a file of questions, because the model is not a run of qa train, got "${split}"`,
      {
        code: "BAD_OPTION",
      },
    );
  }
  const facts = await readFacts(run);
  const questions = await questionsFor(facts.options);
  checkDigests(facts, {questions: questionsDigest(questions)});
  return split === "train" ? questions.train : questions.heldOut;
}

/**
 * Asks until `right` answers are right or `times` questions were asked. An answer is right if it is an exact match by
 * SQuAD's rules.
 */
export async function askAgain(
  reader: Answering,
  questions: readonly Question[],
  {split, right, times, seed}: AgainOptions,
): Promise<AskedAgain> {
  const random = fork(seed, "ask again", split);
  const draws: AskedAgain["draws"][number][] = [];
  let correct = 0;
  while (correct < right && draws.length < times) {
    const places = Array.from({length: AT_ONCE}, () => Math.floor(random() * questions.length));
    const some = places.map((place) => questions[place]);
    for (const [n, {text}] of (await answersTo(reader, some)).entries()) {
      if (correct >= right || draws.length >= times) break;
      const golds = some[n].answers.map((answer) => answer.text);
      const isRight = bestOf((a, b) => Number(exactMatch(a, b)), text, golds) === 1;
      if (isRight) correct++;
      const {id, question} = some[n];
      draws.push({id, place: places[n], question, answer: text, right: golds, isRight});
    }
  }
  return {...{split, seed, questions: questions.length, draws}, ...ratesOf(correct, draws.length, correct >= right)};
}

/** @param isReached Whether it ended because enough were right. */
export function ratesOf(correct: number, asked: number, isReached: boolean) {
  const unbiased = isReached ? (asked > 1 ? (correct - 1) / (asked - 1) : null) : correct / asked;
  return {
    ...{correct, asked, isReached, rate: {biased: correct / asked, unbiased}},
    wilson: wilsonInterval(correct, asked),
    inverse: inverseInterval(correct, asked),
  };
}

const EFFICACY = "efficacy.jsonl";

/** Writes a test into the run's folder, one line for each; `runs list` copies it into the index. */
export async function keepEfficacy(run: string, {split, seed, correct, asked, isReached, draws}: AskedAgain) {
  const line = {state: await stateOf(run), split, seed, correct, asked, isReached, ids: draws.map(({place}) => place)};
  await orUserError(join(run, EFFICACY), () => appendFile(join(run, EFFICACY), `${JSON.stringify(line)}\n`), "write");
}
