/** @file The tables of a reader's PDF: what it is made of, and what it was asked. */
import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test, vi} from "vitest";

const tables = vi.hoisted((): {title: string; parts: {heading: string; rows: [string, string][]}[]}[] => []);
vi.mock("../../../src/plots/fact-table", async (importActual) => {
  const actual = await importActual<typeof import("../../../src/plots/fact-table")>();
  return {
    ...actual,
    factSheets(table: never) {
      tables.push(table);
      return actual.factSheets(table);
    },
  };
});

import {resolveOptions} from "../../../src/nouns/options";
import {writeAnswers, writeQuestions} from "../../../src/pipeline/qa/files";
import {type ReaderOptions, readerOptions} from "../../../src/pipeline/qa/options";
import {readerPdf} from "../../../src/pipeline/qa/pictures";
import {temporaryFolder} from "../../support/idx-files";

/** The tables of a run with these options, by their titles, and their rows by their headings. */
async function tablesOf(
  given: Partial<ReaderOptions>,
  looks: readonly object[],
  answers?: Parameters<typeof writeAnswers>[2],
) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "answers"));
  const options = resolveOptions<ReaderOptions>(readerOptions, given, "--");
  writeFileSync(join(folder, "qa.json"), JSON.stringify({name: "r", startedAt: "then", options}));
  writeFileSync(join(folder, "looks.jsonl"), looks.map((look) => `${JSON.stringify(look)}\n`).join(""));
  const asked = {id: "q", question: "Where?", context: "in the dome", answers: [{text: "the dome", start: 3}]};
  const tokens = ["[CLS]", "[SEP]", "x"].map((piece) => ({piece, in: "" as const, from: 0, to: 0}));
  const right = [2, 2] as const;
  await writeQuestions(folder, [
    asked,
    {...asked, tracked: {tokens, right}},
    {...asked, question: "When?", answers: [], tracked: {tokens, right}},
  ]);
  if (answers) await writeAnswers(folder, 8, answers);
  tables.length = 0;
  const file = await readerPdf(folder);
  expect(readFileSync(file).subarray(0, 5).toString()).toBe("%PDF-");
  return Object.fromEntries(
    tables.flatMap(({parts}) => parts.map(({heading, rows}) => [heading, Object.fromEntries(rows)])),
  );
}
const look = {
  ...{step: 8, epoch: 1.75, trainLoss: null, batchLosses: [], loss: 1, tracked: [], seconds: 1},
  ...{exactMatch: 0.125, f1: 0.25, exactByTwoArgMaxes: 0.5},
};

test("a reader from scratch has its sizes and its last figures, and tracked questions have their answers", async () => {
  const rows = await tablesOf(
    {width: 64, layers: 2, heads: 4, batchSize: 16, seed: 5},
    [look],
    [
      [0, 2, 0.5],
      [3, 11, 0.875],
      [0, 0, 0.25],
    ],
  );
  expect(rows["The network"]).toEqual({
    kind: "BERT for questions, bert-NoPretrain-8-made",
    "layers of attention": "2, 4 heads each",
    nodes: "64 a token, 256 inside a layer",
    "longest window": "128 tokens",
  });
  expect(rows["The training"]).toEqual({
    ...{begun: "then", questions: "made by rules", "passes, batch": "2, 16 windows a step", seed: "5"},
  });
  expect(rows["At step 8"]).toEqual({"exact match": "12.5 %", F1: "25.0 %"});
  expect(rows["Where?"]).toEqual({
    ...{context: "in the dome", answer: "the dome (87.5 %)", "right answer": "the dome"},
    ...{"start, end": "3, 11 of 11 characters", "token length": "3"},
  });
  expect(rows["When?"]).toMatchObject({answer: "nothing (25.0 %)", "right answer": "none"});
});

test("a reader that goes on from another says from which, and one that has not looked yet has no figures", async () => {
  const rows = await tablesOf({from: "/m/bert", data: "/q.json", epochs: 3}, []);
  expect(rows["The network"]).toEqual({
    ...{kind: "BERT for questions, bert-0-q.json", "goes on from": "/m/bert", "longest window": "128 tokens"},
  });
  expect(rows["The training"]).toMatchObject({questions: "/q.json", "passes, batch": "3, 32 windows a step"});
  expect(Object.keys(rows)).toEqual(["The network", "The training", "Where?", "When?"]);
  expect(rows["Where?"]).toMatchObject({answer: "nothing (0.0 %)", "start, end": "0, 0 of 11 characters"});
});
