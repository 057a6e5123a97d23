import {existsSync} from "node:fs";
import {basename, join} from "node:path";

import {type OptionTable, positiveInteger, seedNumber, UserError} from "../nouns/options";
import type {AgainOptions, AskedAgain} from "../pipeline/qa/again";
import type {Answering} from "../pipeline/qa/answering";
import type {Given} from "./command";
import {paint, say, sayJson} from "./terminal";

/** The flags of `qa ask --again`. */
export type AgainFlags = Omit<AgainOptions, "seed"> & {readonly again: boolean; readonly drawSeed: number};

export const againFlags: OptionTable<AgainFlags> = {
  again: {default: false, help: "ask: the efficacy test: draw questions until one is answered right"},
  split: {
    default: "held-out",
    help: "ask --again: where questions are drawn from: the run's held-out or train questions, or a file",
  },
  right: {default: 1, help: "ask --again: end when this many answers are right", check: positiveInteger},
  times: {default: 1000, help: "ask --again: end when this many questions were asked", check: positiveInteger},
  drawSeed: {default: 0, help: "ask --again: the seed of the draws", check: seedNumber},
};

/** The most lines about draws that are shown. */
const SHOWN = 12;

/** Does the efficacy test of a reader, and keeps the result in its run, if it has one. */
export async function askUntilRight(
  reader: Answering,
  run: string,
  {split, right, times, drawSeed: seed}: AgainFlags,
  given: Given,
): Promise<number> {
  const {askAgain, keepEfficacy, splitOf}: typeof import("../pipeline/qa/again") = require("../pipeline/qa/again");
  const {stateOf}: typeof import("../pipeline/qa/state") = require("../pipeline/qa/state");
  const own = existsSync(join(run, "qa.json")) ? run : undefined;
  const questions = await splitOf(split, own);
  if (questions.length === 0) throw new UserError(`${split}: expected questions, got none`);
  const asked = await askAgain(reader, questions, {split, right, times, seed});
  const state = own ? await stateOf(own) : basename(run);
  if (own) await keepEfficacy(own, asked);
  if (given.json === true) {
    sayJson(JSON.stringify({schema: "epochscope/qa-again/1", model: run, state, isKept: own !== undefined, ...asked}));
    return 0;
  }
  for (const line of linesOf(asked, state, given.quiet === true)) say(line);
  if (given.quiet !== true)
    say(
      own
        ? `kept in ${basename(own)}/efficacy.jsonl; runs list takes it into the index`
        : "kept nowhere: the model is no run",
    );
  return 0;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** The lines that the terminal shows: the last draws, then the counts, the rate and its intervals. */
export function linesOf(
  {split, questions, correct, asked, isReached, draws, rate, wilson, inverse, seed}: AskedAgain,
  state: string,
  isQuiet: boolean,
) {
  const shown = isQuiet ? [] : draws.slice(-SHOWN);
  const more = draws.length - shown.length;
  const unbiased = rate.unbiased === null ? "unknown from one draw" : percent(rate.unbiased);
  const [from, to] = [percent(wilson[0]), percent(wilson[1])];
  return [
    ...(more > 0 && !isQuiet ? [`… ${more} draws before`] : []),
    ...shown.map(
      ({place, question, answer, right, isRight}) =>
        `${isRight ? paint.green("right") : "wrong"}  ${place}: ${question}  ${JSON.stringify(answer)}${isRight ? "" : ` (right: ${right.length ? JSON.stringify(right[0]) : "none"})`}`,
    ),
    ...(isQuiet ? [] : [""]),
    `${paint.bold(`${correct} right of ${asked} asked`)}   ${state}, ${split} (${questions.toLocaleString("en")} questions), seed ${seed}`,
    isReached
      ? `rate ${percent(rate.biased)}, which is too great on average, since it was asked until ${correct === 1 ? "one was" : `${correct} were`} right; without that bias ${unbiased}`
      : `rate ${percent(rate.biased)}; it ended by --times, so this is not biased`,
    `95 %: Wilson ${from} to ${to}${isReached ? `; negative binomial ${percent(inverse[0])} to ${percent(inverse[1])}` : ""}`,
  ];
}
