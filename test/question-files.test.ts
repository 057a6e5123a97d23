import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import type {KeptQuestion} from "../src/pipeline/qa/files";
import {command} from "./support/command";
import {temporaryFolder} from "./support/idx-files";

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
