import {readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {resolveOptions} from "../../../src/nouns/options";
import {madeQuestions} from "../../../src/pipeline/data/text/made-questions";
import type {Question} from "../../../src/pipeline/data/text/questions";
import {trainReader} from "../../../src/pipeline/qa";
import {answersFrom, type Scored} from "../../../src/pipeline/qa/answer";
import {openSavedReader} from "../../../src/pipeline/qa/ask";
import {bestThresholds, judged} from "../../../src/pipeline/qa/judged";
import {type ReaderOptions, readerOptions} from "../../../src/pipeline/qa/options";
import {thresholdNamed, thresholdOf} from "../../../src/pipeline/qa/threshold";
import {command} from "../../support/command";
import {temporaryFolder} from "../../support/idx-files";
import {faultsOf} from "../../support/schemas";

interface Fixture {
  readonly first: number;
  readonly examples: {
    readonly id: string;
    readonly context: string;
    readonly answers: {text: string; answer_start: number}[];
  }[];
  readonly features: {
    readonly example_id: string;
    readonly offsets: [number, number][];
    readonly start: number[];
    readonly end: number[];
  }[];
  readonly thresholds: {
    readonly threshold: number | null;
    readonly predictions: {readonly [id: string]: string};
    readonly odds: {readonly [id: string]: number};
    readonly scores: {readonly [name: string]: number};
  }[];
  readonly best: {readonly [name: string]: number};
}
const oracle = JSON.parse(readFileSync("test/fixtures/questions/no-answer.json", "utf8")) as Fixture;
const questions: Question[] = oracle.examples.map(({id, context, answers}) => ({
  ...{id, question: "what is", context},
  answers: answers.map(({text, answer_start: start}) => ({text, start})),
}));
const scored: Scored[] = oracle.features.map(({example_id: id, offsets, start, end}) => {
  const tokens = offsets.map(([from, to]) => ({text: "", id: 0, from, to}));
  const question = questions.findIndex((one) => one.id === id);
  const window = {question, ids: start.map(() => 0), types: [], first: oracle.first, tokens, start: 0, end: 0};
  return {window, start: Float32Array.from(start), end: Float32Array.from(end)};
});

describe("no answer, as run_qa.py of transformers and SQuAD 2.0's script have it", () => {
  test.each(oracle.thresholds)("with the threshold $threshold", ({threshold, predictions, odds, scores}) => {
    const answers = answersFrom(scored, questions, threshold ?? undefined, 5);
    expect(Object.fromEntries(answers.map(({text}, n) => [questions[n].id, text]))).toEqual(predictions);
    for (const [n, {nothing}] of answers.entries()) {
      if (threshold !== null) expect(nothing.difference).toBeCloseTo(odds[questions[n].id], 4);
    }
    const {exactMatch, f1, answerable, unanswerable} = judged(answers, questions);
    expect([100 * exactMatch, 100 * f1]).toBeAllClose([scores.exact, scores.f1], {rtol: 1e-9, atol: 0});
    expect([answerable?.questions, unanswerable?.questions]).toEqual([scores.HasAns_total, scores.NoAns_total]);
    const parts = [answerable, unanswerable].flatMap((part) => [part?.exactMatch ?? -1, part?.f1 ?? -1]);
    expect(parts.map((share) => 100 * share)).toBeAllClose(
      [scores.HasAns_exact, scores.HasAns_f1, scores.NoAns_exact, scores.NoAns_f1],
      {rtol: 1e-9, atol: 1e-9},
    );
  });

  test("with the best thresholds for these questions", () => {
    const {exactMatch, f1} = bestThresholds(answersFrom(scored, questions, undefined, 5), questions);
    expect([100 * exactMatch.score, 100 * f1.score]).toBeAllClose([oracle.best.best_exact, oracle.best.best_f1], {
      ...{rtol: 1e-9, atol: 0},
    });
    expect([exactMatch.threshold, f1.threshold]).toBeAllClose(
      [oracle.best.best_exact_thresh, oracle.best.best_f1_thresh],
      {rtol: 1e-5, atol: 0},
    );
  });

  test("a text without words has no answer, if the reader may say so", () => {
    const window = {question: 0, ids: [0, 0, 0], types: [], first: 2, tokens: [], start: 0, end: 0};
    const [start, end] = [Float32Array.of(0, 1, 2), Float32Array.of(0, 1, 2)];
    const empty = [{id: "e", question: "what", context: " ", answers: []}];
    const [answer] = answersFrom([{window, start, end}], empty, 0, 5);
    expect(answer).toMatchObject({text: "", spans: [], nothing: {difference: null}});
  });

  test("spans of all windows are listed, each once", () => {
    for (const {spans} of answersFrom(scored, questions, undefined, 5)) {
      expect(new Set(spans.map(({from, to}) => `${from}-${to}`)).size).toBe(spans.length);
    }
  });
});

test("the threshold is a number, auto or none", () => {
  expect([thresholdOf("auto", 0), thresholdOf("none", 0), thresholdOf("-1.5", undefined)]).toEqual([
    0,
    undefined,
    -1.5,
  ]);
  expect(["auto", "none", "0", "-2"].map(thresholdNamed)).toEqual([undefined, undefined, undefined, undefined]);
  expect(["", "a", "NaN", "Infinity"].map(thresholdNamed)).not.toContain(undefined);
});

test("of the made questions a share has no answer on the board; the others are as they were", () => {
  const [all, some] = [madeQuestions(400, 3, "train"), madeQuestions(400, 3, "train", 0.3)];
  const none = some.filter(({answers}) => answers.length === 0);
  expect(none.length).toBeGreaterThan(90);
  expect(none.length).toBeLessThan(150);
  for (const [n, one] of some.entries()) {
    const {id, question, context, answers} = one;
    if (answers.length > 0) expect(one).toEqual(all[n]);
    else {
      expect(context).toBe(all[n].context);
      const event = /^(?:When is|Where is|Who runs) (.*)\?$/.exec(question)?.[1] as string;
      expect(context.toLowerCase()).not.toContain(event.toLowerCase());
      expect(id.endsWith("-none")).toBe(true);
    }
  }
});

describe("a reader of questions without answers", () => {
  const save = temporaryFolder();
  const folder = join(save, "qa", "none");

  test("learns to answer with nothing, keeps its threshold, and is judged apart", async () => {
    const options = resolveOptions<ReaderOptions>(
      readerOptions,
      {data: "test/fixtures/questions/squad-v2.json", epochs: 60, width: 32, learningRate: 0.004, save, name: "none"},
      "--",
    );
    let end: {readonly type: string} | undefined;
    for await (const event of trainReader(options)) end = event;
    expect(end).toMatchObject({
      type: "end",
      look: {exactMatch: 1, unanswerable: {exactMatch: 1}},
      noAnswer: {threshold: 0},
    });
    const told = {schema: "epochscope/qa-events/1", at: "2026-01-01T00:00:00.000Z", ...end};
    expect(faultsOf(told)).toEqual([]);
    const reader = await openSavedReader(join(folder, "model"));
    expect(reader.noAnswer).toBe(0);
    reader.dispose();
    const always = await openSavedReader(join(folder, "model"), "none");
    expect(always.noAnswer).toBeUndefined();
    always.dispose();
  });

  test("says so when it is asked, and names a span where it must", async () => {
    const {data} = JSON.parse(readFileSync("test/fixtures/questions/squad-v2.json", "utf8")) as {
      data: {paragraphs: {context: string; qas: {question: string; answers: unknown[]}[]}[]}[];
    };
    const paragraphs = data.flatMap((one) => one.paragraphs);
    const {context, qas} = paragraphs.find((one) => one.qas.some(({answers}) => answers.length === 0))!;
    const {question} = qas.find(({answers}) => answers.length === 0)!;
    const asking = ["qa", "ask", question, "--text", context, "--model", "none", "--save", save];
    const told = await command(asking);
    expect(told.stdout).toMatch(/^no answer in this text {3}\d/);
    const document = JSON.parse((await command([...asking, "--json"])).stdout);
    expect(faultsOf(document, "epochscope/qa-answer/1")).toEqual([]);
    expect(document).toMatchObject({answer: "", start: 0, end: 0});
    expect(document.nothing.difference).toBeGreaterThan(0);
    const named = JSON.parse((await command([...asking, "--json", "--null-threshold", "none"])).stdout);
    expect(context).toContain(named.answer);
    expect(named.answer).not.toBe("");
    const refused = await command([...asking, "--null-threshold", "much"]);
    expect([refused.code, refused.stderr.trim()]).toEqual([
      2,
      'error: --null-threshold: expected a number, auto or none, got "much"',
    ]);
  });
});
