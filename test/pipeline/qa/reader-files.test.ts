/** @file A reader's files, its answers' probabilities, and what speaks for them, with no network. */
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {toSafetensors} from "../../../src/onnx/index";
import {windowsOf} from "../../../src/pipeline/data/text/windows";
import {WordPiece} from "../../../src/pipeline/data/text/word-piece";
import {splitOf} from "../../../src/pipeline/qa/again";
import {answerOf, answersFrom} from "../../../src/pipeline/qa/answer";
import type {Answering} from "../../../src/pipeline/qa/answering";
import {
  readCheckpoint,
  readFacts,
  readLooks,
  writeAnswers,
  writeCheckpoint,
  writeQuestions,
} from "../../../src/pipeline/qa/files";
import {bestThresholds, judged} from "../../../src/pipeline/qa/judged";
import {keptAt, keptLooks, lookSizes} from "../../../src/pipeline/qa/kept-looks";
import {answersTo} from "../../../src/pipeline/qa/reader";
import {verifyReader} from "../../../src/pipeline/qa/verify-reader";
import {whyAnswer} from "../../../src/pipeline/qa/why";
import {temporaryFolder} from "../../support/idx-files";

const words = new WordPiece(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "##c"]);

describe("a reader's run", () => {
  const folder = temporaryFolder();
  const facts = (text: string) => {
    writeFileSync(join(folder, "qa.json"), text);
    return readFacts(folder);
  };

  test("begins with its options, whatever else its file says", async () => {
    expect(await facts('{"name": "r", "options": {}}')).toEqual({name: "r", options: {}});
    for (const text of ["null", '{"options": null}', '{"options": "x"}', "{}", "3"]) {
      await expect(facts(text)).rejects.toThrow(`expected a reader's run with its options, got ${text}`);
    }
    await expect(facts("{")).rejects.toThrow("qa.json: expected JSON");
  });

  test("names the line of its looks that is no JSON", async () => {
    writeFileSync(join(folder, "looks.jsonl"), '{"step": 0}\n{"step": 4}\n{"st\n');
    await expect(readLooks(folder)).rejects.toThrow("looks.jsonl: expected JSON in line 3, got");
  });

  test("goes on from the losses of its checkpoint; an earlier version kept none", async () => {
    const arrays = [{name: "w", shape: [2], values: Float32Array.of(1, 2)}];
    await writeCheckpoint(folder, {step: 7, arrays}, [0.5, 0.25]);
    expect(await readCheckpoint(folder)).toEqual({step: 7, arrays, losses: [0.5, 0.25]});
    const path = join(folder, "checkpoint.safetensors");
    const w = new Map([["w", arrays[0]]]);
    writeFileSync(path, toSafetensors(w, {step: "7"}));
    expect(await readCheckpoint(folder)).toMatchObject({step: 7, losses: []});
    writeFileSync(path, toSafetensors(w, {step: "much"}));
    await expect(readCheckpoint(folder)).rejects.toThrow("expected a step, got much");
  });

  test("has two parts of questions, of which one is asked for", async () => {
    await facts(JSON.stringify({name: "r", options: {data: "", made: 3, heldOut: 2, seed: 0, unanswerable: 0}}));
    expect([await splitOf("train", folder), await splitOf("held-out", folder)].map(({length}) => length)).toEqual([
      3, 2,
    ]);
    await expect(splitOf("train", undefined)).rejects.toThrow("expected a file of questions, because");
  });

  test("is not whole where answers are fewer than its questions, or say other shares", async () => {
    const run = temporaryFolder();
    mkdirSync(join(run, "answers"));
    const options = {data: ""};
    const look = {step: 4, exactMatch: 0.5, f1: 0.5, tracked: [{question: 1, loss: 1, answer: ""}]};
    const kept = {looks: 1, light: 0, inside: 0, questions: 0, answers: 1, most: 1};
    const asked = (text: string) => ({id: text, question: "?", context: "a b", answers: [{text, start: 0}]});
    await writeQuestions(run, [asked("a"), asked("b")]);
    const found = async (more: object, ...answers: (readonly [number, number, number])[]) => {
      writeFileSync(join(run, "qa.json"), JSON.stringify({name: "r", options, ...more}));
      writeFileSync(join(run, "looks.jsonl"), `${JSON.stringify(look)}\n`);
      await writeAnswers(run, 4, answers);
      const wrong: string[] = [];
      for await (const check of verifyReader(run)) if (!check.ok && !/^model/.test(check.name)) wrong.push(check.got);
      return wrong.join("; ");
    };
    expect(await found({kept}, [0, 1, 0.5], [0, 1, 0.5])).toBe(""); // "a" twice: one of two is right
    expect(await found({kept}, [0, 1, 0.5], [2, 3, 0.5])).toContain("1");
    expect(await found({kept}, [0, 1, 0.5])).toContain("1");
    expect(await found({}, [0, 1, 0.5], [0, 1, 0.5])).toContain("none"); // without the tracked numbers
  });
});

describe("answers", () => {
  const question = {id: "q", question: "a", context: "b a bc", answers: [{text: "b", start: 0}]};
  const [window] = windowsOf([question], words, {longest: 20, stride: 0});

  test("have probabilities, however great the scores are", () => {
    // [CLS] a [SEP] b a b ##c [SEP]; two places share the start
    const start = Float32Array.of(0, 0, 0, 800, 800, 0, 0, 0);
    const end = Float32Array.of(0, 0, 0, 0, 0, 0, 900, 0);
    const answer = answerOf({window, start, end}, question, 2);
    expect(answer).toMatchObject({text: "b a bc", from: 0, to: 6, probability: 0.5, score: 1700});
    const even = answerOf({window, start: new Float32Array(8), end: new Float32Array(8).fill(1)}, question, 1);
    expect(even.nothing.score).toBe(1);
    expect(even.nothing.probability).toBeCloseTo(1 / 64, 12);
  });

  test("are judged apart only where some question has no answer", () => {
    const scores = Float32Array.of(0, 0, 0, 5, 0, 0, 0, 0);
    const answers = answersFrom([{window, start: scores, end: scores}], [question], undefined, 1);
    const all = judged(answers, [question]);
    expect(all).toEqual({exactMatch: 1, f1: 1, exactByTwoArgMaxes: 1});
    const without = judged(answers, [{...question, answers: []}]);
    expect(without).toMatchObject({
      answerable: {questions: 0, exactMatch: 0, f1: 0},
      unanswerable: {questions: 1, exactMatch: 0},
    });
  });

  test("to a text without words are nothing at any threshold", () => {
    const empty = {...window, tokens: [], ids: [0, 0, 0], first: 2};
    const scores = new Float32Array(3);
    const asked = {...question, context: " ", answers: []};
    const answers = answersFrom([{window: empty, start: scores, end: scores}], [asked], undefined, 1);
    expect(bestThresholds(answers, [asked]).exactMatch.score).toBe(1);
  });
});

/** A reader that finds every place as likely as any other, and counts what it is asked. */
function counting(atOnce?: number) {
  const batches: {count: number; length: number}[] = [];
  const reader: Answering = {
    ...{words, longest: 12, stride: 1, dispose() {}},
    ...(atOnce === undefined ? {} : {atOnce}),
    async logits({count, length}) {
      batches.push({count, length});
      return {start: new Float32Array(count * length), end: new Float32Array(count * length)};
    },
  };
  return {reader, batches};
}
const asking = (...contexts: readonly string[]) =>
  contexts.map((context, n) => ({id: `${n}`, question: "a", context, answers: []}));

test("windows are asked a few at a time, those of like lengths together, and each question has its own answer", async () => {
  const {reader, batches} = counting(2);
  const answers = await answersTo(reader, asking("a b a b", "b", "a b a b", "b"));
  expect(batches).toEqual([
    {count: 2, length: 5},
    {count: 2, length: 8},
  ]);
  expect(answers.map(({window: {ids}}) => ids.length)).toEqual([8, 5, 8, 5]);
  const many = counting();
  await answersTo(many.reader, asking(...Array.from({length: 33}, () => "b")));
  expect(many.batches.map(({count}) => count)).toEqual([32, 1]); // at most 32 where the reader has no limit
  const wide = counting(100);
  await answersTo(wide.reader, asking(...Array.from({length: 33}, () => "b")));
  expect(wide.batches.map(({count}) => count)).toEqual([32, 1]);
});

test("words speak for an answer by how much its probability falls without them, pieces of a word together", async () => {
  const [a, b, unknown] = ["a", "b", "[UNK]"].map((piece) => words.idOf(piece));
  // [CLS] a [SEP] b ##c a [SEP]
  const question = asking("bc a")[0];
  const [window] = windowsOf([question], words, {longest: 20, stride: 0});
  const seen: number[][] = [];
  const [likely, unlikely] = [0.75, 0.25];
  const reader: Answering = {
    ...{words, longest: 20, stride: 0, dispose() {}},
    async logits({count, length, ids}) {
      const start = new Float32Array(count * length).fill(-1e9);
      for (let n = 0; n < count; n++) {
        seen.push([...ids.subarray(n * length, (n + 1) * length)]);
        const share = ids[n * length + 3] === b ? likely : unlikely; // of the start at "b"
        start[n * length + 3] = 100 + Math.log(share);
        start[n * length + 5] = 100 + Math.log(1 - share);
      }
      const end = new Float32Array(count * length).fill(-1e9);
      for (let n = 0; n < count; n++) end[n * length + 4] = 50;
      return {start, end};
    },
  };
  const span = {text: "bc", from: 0, to: 2, probability: likely};
  const {words: found, r2} = await whyAnswer(reader, {window, spans: [span]}, 2000, 1);
  expect(found.map(({word, inQuestion}) => [word, inQuestion])).toEqual([
    ["a", true],
    ["bc", false],
    ["a", false],
  ]);
  expect(found.map(({weight}) => weight)).toBeAllClose([0, likely - unlikely, 0], {rtol: 0, atol: 0.02});
  expect(r2).toBeGreaterThan(0.99);
  for (const ids of seen) {
    expect([ids[0], ids[2], ids[6]]).toEqual(["[CLS]", "[SEP]", "[SEP]"].map((piece) => words.idOf(piece)));
    expect(ids[3] === unknown).toBe(ids[4] === unknown); // a word is hidden whole
    expect([a, unknown]).toContain(ids[5]);
  }
});

describe("what a look keeps", () => {
  test("is as many bytes as its arrays and its header have", () => {
    const config = {num_hidden_layers: 3, num_attention_heads: 2, hidden_size: 8};
    const tracked = [{window: {ids: Array(5).fill(0)}}];
    const [size] = lookSizes({config} as never, tracked as never);
    // start, end, gradients and LIME's weights of 5 tokens, two rows of 8 weights, 3 · 2 slopes
    expect(size.light).toBe(4 * (4 * 5 + 2 * 8 + 3 * 2) + 2048);
    // attention of 5 · 5 in 3 · 2 heads, and three layers of 5 · 8 nodes
    expect(size.inside).toBe(4 * (3 * 2 * 5 * 5 + 3 * 5 * 8));
  });

  const one = (light: number, inside: number) => [{light, inside}];

  test("is everything if it fits just so", () => {
    expect(keptLooks(10, one(4e4, 6e4), 5, 1)).toBeUndefined();
    expect(keptLooks(10, one(4e4, 6e4 + 1), 5, 1)).toMatchObject({light: 10, inside: 9});
    expect(keptLooks(2, one(5e5, 1), 5, 1)).toMatchObject({light: 2, inside: 0, questions: 0});
    expect(() => keptLooks(2, one(5e5 + 1, 1), 5, 1)).toThrow("--track: expected at most 0 questions");
    // logits at all looks take just the half that is theirs
    expect(keptLooks(10, one(5e4, 1e5), 5, 1)).toMatchObject({light: 10, inside: 5});
    // two looks of the first question take just what is left
    expect(keptLooks(9, [...one(0, 5e5), ...one(0, 5e5)], 5, 1)).toMatchObject({inside: 2, questions: 1});
  });

  test("is the answers of the last look, if those of one look alone fit, and of none if they do not", () => {
    const at = (answers: number) => {
      const kept = {looks: 4, light: 4, inside: 4, questions: 0, answers, most: 1};
      return [0, 1, 2, 3].map((look) => keptAt(kept, look).answers);
    };
    expect(at(0)).toEqual([false, false, false, false]);
    expect(at(1)).toEqual([false, false, false, true]);
    expect(at(2)).toEqual([true, false, false, true]);
    expect(at(4)).toEqual([true, true, true, true]);
  });
});
