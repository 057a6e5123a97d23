/** @file Lines about a reader's training and about its answers. */
import {resolve} from "node:path";
import {describe, expect, test} from "vitest";

import {linesOf} from "../../src/cli/qa";
import {whyLines} from "../../src/cli/qa-ask";
import type {ReaderEvent} from "../../src/pipeline/qa";

type End = Extract<ReaderEvent, {type: "end"}>;

const share = (exactMatch: number) => ({exactMatch, f1: exactMatch, exactByTwoArgMaxes: exactMatch});
const look = {
  ...{step: 80, epoch: 2, trainLoss: null, batchLosses: [], loss: 0.25, tracked: [], seconds: 1},
  ...{exactMatch: 0.5, f1: 0.75, exactByTwoArgMaxes: 0.25},
};
/** The lines at the end of a training with other facts. */
const ended = (more: {readonly look?: object} & Omit<Partial<End>, "look"> = {}) =>
  linesOf({
    ...{type: "end", path: "/r/save/qa/r", controls: {shuffled: share(0.5), withoutQuestion: share(0.125)}},
    ...more,
    look: {...look, ...more.look},
  } as End);

describe("the end of a reader's training", () => {
  test("tells the shares of right answers, and the controls", () => {
    expect(ended().slice(0, 4)).toEqual([
      "",
      "right answers to held-out questions: 50.0 % exact, F1 75.0 %; by two argmaxes 25.0 %",
      "there was no part in which it learned much at once",
      "control: with the sentences in another order 50.0 %, with the question hidden 12.5 %",
    ]);
    expect(ended({phase: {from: 4, to: 9, share: 0.5}})[2]).toBe("half of it was learned between steps 4 and 9");
  });

  test.each([
    [1, 0.9375, undefined],
    [1, 0.75, "it answers by position in part: in another order 25.0 % of the answers are lost"],
    [0.5, 0.5, undefined],
    [0.25, 0.75, undefined],
  ])("from %s right to %s with the sentences in another order says of position: %s", (right, other, line) => {
    const lines = ended({look: {exactMatch: right}, controls: {shuffled: share(other), withoutQuestion: share(0)}});
    expect(lines.find((one) => one.includes("by position"))).toBe(line);
  });

  test("tells of questions without an answer only where there are some", () => {
    const [answerable, unanswerable] = [
      {questions: 3, exactMatch: 0.5, f1: 0.75},
      {questions: 4, exactMatch: 0.25, f1: 0.25},
    ];
    const part = (one: string) => one.startsWith("with an answer");
    for (const some of [{}, {answerable}, {unanswerable}]) expect(ended({look: some}).some(part)).toBe(false);
    expect(ended({look: {answerable, unanswerable}}).slice(2, 4)).toEqual([
      "with an answer in the text 50.0 % exact, F1 75.0 % of 3; without one 25.0 % of 4 are answered with nothing",
      "it always names a span (--null-threshold none)",
    ]);
    const best = (score: number) => ({exactMatch: {threshold: -1.25, score}, f1: {threshold: 0, score: 1}});
    const told = (score: number) =>
      ended({look: {answerable, unanswerable}, noAnswer: {threshold: 2, ...best(score)}} as never)[3];
    expect(told(0.625)).toBe(
      "nothing is answered where [CLS] scores higher by more than 2; by more than -1.25 would give 62.5 % exact on these questions",
    );
    expect(told(0.5)).toBe("nothing is answered where [CLS] scores higher by more than 2"); // no better
  });
});

describe("lines while a reader trains", () => {
  const start = {type: "start", path: "/r", questions: 6400, heldOut: 200, words: 172, weights: 70_034} as const;

  test("tell the sizes, and where it goes on", () => {
    expect(linesOf({...start, from: 0}).slice(0, 2)).toEqual([
      "data    6,400 questions to train on, 200 held out; 172 pieces of words",
      "model   BERT for questions: 70,034 weights",
    ]);
    expect(linesOf({...start, from: 0})).not.toContain("going on after step 0");
    expect(linesOf({...start, from: 1200})).toContain("going on after step 1,200");
    expect(linesOf({...start, path: resolve("here/r"), from: 0})).toContain("save    here/r");
    expect(linesOf({...start, path: process.cwd(), from: 0})).toContain(`save    ${process.cwd()}`);
  });

  test("tell of a look its losses, and the answer to the first tracked question", () => {
    expect(linesOf({type: "look", look, steps: 80})).toEqual([
      "step    80  train     –  held out 0.250  exact 50.0 %  F1 75.0 %",
    ]);
    const tracked = (answer: string) => [{question: 7, loss: 1, answer}];
    const one = (answer: string) => linesOf({type: "look", look: {...look, tracked: tracked(answer)}, steps: 80})[0];
    expect(one("at dusk")).toMatch(/ {2}question 7: "at dusk"$/);
    expect(one("")).toMatch(/ {2}question 7: nothing$/);
    expect(linesOf({type: "look", look: {...look, trainLoss: 0.5}, steps: 80})[0]).toContain("  train 0.500  ");
  });

  test("say how to go on after it was stopped", () => {
    expect(linesOf({type: "interrupted", path: "/r/save/qa/mine", step: 31})).toEqual([
      "",
      "stopped after step 31; go on with: npx epochscope qa resume mine",
    ]);
  });
});

describe("words that speak for an answer", () => {
  const word = (name: string, weight: number, inQuestion = false) => ({
    ...{word: name, weight, inQuestion, error: 0.0625, from: 0, to: 1},
  });

  test("are none if hiding words changes nothing", () => {
    expect(whyLines({words: [word("a", 0)], r2: null}, false)).toEqual([
      "no word speaks for the answer: hiding words does not change it",
    ]);
  });

  test("are the eight strongest, whether for or against it, with their signs", () => {
    const weak = Array.from({length: 8}, (_, n) => word(`w${n}`, 0.01 * (n + 1)));
    const lines = whyLines(
      {words: [...weak, word("not", -0.5), word("when", 0.25, true), word("no", 0)], r2: 0.875},
      false,
    );
    expect(lines).toEqual([
      "words that speak for it (by how much its probability falls without them; R² 0.88):",
      "  −0.500 ± 0.063  not",
      "  +0.250 ± 0.063  when  (question)",
      ...[7, 6, 5, 4, 3, 2].map((n) => `  +0.0${n + 1}0 ± 0.063  w${n}`),
    ]);
    expect(whyLines({words: [word("still", 0)], r2: 0}, true)).toEqual([
      "words that speak for the best span (by how much its probability falls without them; R² 0.00):",
      "  +0.000 ± 0.063  still",
    ]);
  });
});
