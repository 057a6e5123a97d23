import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import type {KeptQuestion} from "../../src/pipeline/qa/files";
import {command} from "../support/command";
import {temporaryFolder} from "../support/idx-files";

// Written by Python, whose places count code points; the text on clubs begins with an emoji, which is two units in JavaScript.
const folder = "test/fixtures/questions";
const ANSWERED = [
  ["h1", "When is lunch?", ["1pm", "at 1pm", "1pm"], [12, 9, 12]],
  ["h2", "Where is tea?", ["the garden", "garden"], [46, 50]],
  ["c1", "Who runs chess?", ["Zoë Hill"], [19]],
  ["c2", "Where does he come from?", ["Málaga", "from Málaga"], [77, 72]],
];
const [H3, C3] = [
  ["h3", "When is breakfast?", [], []],
  ["c3", "Who runs dance?", [], []],
];
const ALL = [...ANSWERED.slice(0, 2), H3, ...ANSWERED.slice(2), C3];

const train = (file: string, save: string, ...more: string[]) =>
  command([
    ...["qa", "train", "--data", file, "--epochs", "1", "--width", "16", "--track", "none", "--save", save],
    ...["--name", "one", ...more],
  ]);

describe("qa train --data", () => {
  test.each<[string, string, unknown[][]]>([
    ["SQuAD 1.1", "squad-v1", ANSWERED],
    ["SQuAD 2.0, with questions that have no answer", "squad-v2", ALL],
    ["rows", "rows", ALL],
    ["columns", "columns", ALL],
  ])("reads %s, and each answer stands where it says", async (_, name, expected) => {
    const save = temporaryFolder();
    const ended = await train(join(folder, `${name}.json`), save);
    expect(ended.stderr).toBe("");
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain(`${expected.length} questions to train on`);
    const kept = JSON.parse(readFileSync(join(save, "qa/one/questions.json"), "utf8")) as KeptQuestion[];
    const found = kept.map(({id, question, answers}) => [
      ...[id, question],
      ...[answers.map(({text}) => text), answers.map(({start}) => start)],
    ]);
    expect(found).toEqual(expected);
    for (const {context, answers} of kept) {
      for (const {text, start} of answers) expect(context.slice(start, start + text.length)).toBe(text);
    }
  });

  test.each<[string, object, string]>([
    [
      "a place that counts an emoji twice",
      {answers: [{text: "Zoë", answer_start: 12}]},
      'question 0: expected the answer "Zoë" at place 12, got "oë "',
    ],
    [
      "an answer to what has none",
      {answers: [{text: "Zoë", answer_start: 11}], is_impossible: true},
      "question 0: expected no answers, since is_impossible is true, got 1",
    ],
  ])("refuses %s in one line", async (_, fields, message) => {
    const save = temporaryFolder();
    const file = join(save, "q.json");
    writeFileSync(file, JSON.stringify([{question: "Who?", context: "🎉 It is by Zoë Hill.", ...fields}]));
    const ended = await train(file, save);
    expect(ended.stderr).toBe(`error: ${file}: ${message}\n`);
    expect(ended.code).toBe(1);
  });
});

test("a question file that begins with a mark of its encoding, or is UTF-16, is read", async () => {
  const rows = readFileSync(join(folder, "rows.json"), "utf8");
  for (const [name, bytes] of [
    ["utf-8", Buffer.from(`\ufeff${rows}`)],
    ["utf-16", Buffer.from(`\ufeff${rows}`, "utf16le")],
  ] as const) {
    const save = temporaryFolder();
    const file = join(save, `${name}.json`);
    writeFileSync(file, bytes);
    const {code, stdout} = await train(file, save);
    expect(code, name).toBe(0);
    expect(stdout).toContain(`${ALL.length} questions to train on`);
  }
});

test.each<[string, unknown, string]>([
  ["a row that is nothing", [null], "question 0: expected an object, got null"],
  ["an article that is a text", {data: ["Meals"]}, 'data: expected an object, got "Meals"'],
  ["a paragraph that is nothing", {data: [{paragraphs: [null]}]}, "paragraphs: expected an object, got null"],
  ["a question that is a list", {data: [{paragraphs: [{context: "a", qas: [[]]}]}]}, "qas: expected an object, got []"],
  [
    "answers that are a text",
    [{question: "q", context: "c", answers: "c"}],
    'question 0: answers: expected an object, got "c"',
  ],
  [
    "an answer that is nothing",
    [{question: "q", context: "c", answers: [null]}],
    "question 0: answers: expected an object, got null",
  ],
  ["no context", [{question: "q", answers: []}], "question 0: expected context as text, got undefined"],
])("%s is reported in one line", async (_, json, message) => {
  const save = temporaryFolder();
  const file = join(save, "odd.json");
  writeFileSync(file, JSON.stringify(json));
  const {code, stderr} = await train(file, save);
  expect([code, stderr.trim()]).toEqual([1, `error: ${file}: ${message}`]);
});

test.each<[string, string, string[], string]>([
  ["an emoji before the answer", "🙂🙂 The astronaut 👩‍🚀 met Ada at 9pm.", ["Ada"], "Who 🙂?"],
  ["lines that end as in Windows", "Tea is\r\nat 4pm.\r\nLunch is at 1pm.", ["1pm"], "When is lunch?"],
  ["an empty text", "", [], "When?"],
  ["an empty question", "Tea is at 4pm.", ["4pm"], ""],
  ["ten thousand words", `${"word ".repeat(10_000)}The key is 4711.`, ["4711"], "What is the key?"],
  ["an answer longer than a window", "w ".repeat(300), ["w ".repeat(200).trim()], "Which?"],
  ["a text of signs that no word is made of", "\u200b\u00ad", [], "What?"],
])("a question with %s is trained on and asked", async (_, context, texts, question) => {
  const save = temporaryFolder();
  const file = join(save, "odd.json");
  const start = texts.map((text) => Array.from(context.slice(0, context.indexOf(text))).length);
  const row = {id: "same", question, context, answers: {text: texts, answer_start: start}};
  writeFileSync(file, JSON.stringify([row, row])); // ids that are given twice
  const {code, stderr} = await command([
    ...["qa", "train", "--data", file, "--epochs", "1", "--width", "16", "--track", "0", "--words", "4"],
    ...["--save", save, "--name", "one"],
  ]);
  expect([code, stderr]).toEqual([0, ""]);
});
