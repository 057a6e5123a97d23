import {mkdirSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, expect, test} from "vitest";

import type {Dataset, Split} from "../../../src/nouns/samples";
import {listedSuspects, listedSuspectsCsv} from "../../../src/pipeline/listed-suspects";
import {temporaryFolder} from "../../support/idx-files";

const folder = temporaryFolder();
afterAll(() => rmSync(folder, {recursive: true, force: true}));

const splitOf = (labels: number[], sources?: number[]): Split => ({
  count: labels.length,
  labelOf: (index) => labels[index],
  read: () => Promise.reject(new Error("no pixels are wanted")),
  ...(sources ? {sources: Uint32Array.from(sources)} : {}),
});
const data: Dataset = {
  ...{name: "made up", imageShape: [1, 1, 1], classNames: ["cat, grey", "dog"], digest: ""},
  ...{train: splitOf([1, 1], [0, 2]), validation: splitOf([0], [1]), test: splitOf([0, 1, 1])},
};
const HEADER =
  "rank,split,index,source_index,file,given_label,predicted_label,label_score,is_label_issue,method,reason,decision,new_label";
const ROWS = [
  `1,test,2,2,,dog,"cat, grey",0.125,1,held out,"looks like cat, grey (87.5%)",drop,`,
  `2,validation,0,1,,"cat, grey",dog,0.25,1,held out,looks like dog (75.0%),,`,
  `3,test,0,0,,"cat, grey","cat, grey",0.75,0,held out,,,`,
];
let count = 0;
/** A run's folder with such a list. */
const runWith = (text: string) => {
  const path = join(folder, `${++count}`);
  mkdirSync(path);
  writeFileSync(join(path, "suspects.csv"), text);
  return path;
};
const whole = () => runWith([HEADER, ...ROWS, ""].join("\n"));

test("a run's own list is read for a split, in its order, with ranks of its own and decisions to be made", async () => {
  const found = await listedSuspects(whole(), data, ["test"]);
  expect(found.map(({index, score, isIssue}) => [index, score, isIssue])).toEqual([
    [2, 0.125, true],
    [0, 0.75, false],
  ]);
  expect(listedSuspectsCsv(found, data).trim().split("\n")).toEqual([
    HEADER.replace("rank,", "rank,image,"),
    `1,test:2,test,2,2,,dog,"cat, grey",0.125,1,held out,"looks like cat, grey (87.5%)",,`,
    `2,test:0,test,0,0,,"cat, grey","cat, grey",0.75,0,held out,,,`,
  ]);
  // a validation image was taken out of the training images, and has its number there
  const heldOut = await listedSuspects(whole(), data, ["validation"]);
  expect(listedSuspectsCsv(heldOut, data)).toContain("\n1,train:1,validation,0,1,,");
});

test("a list of several splits names their images' files, and leaves out the splits that nobody asked about", async () => {
  const files = {...data, test: {...data.test, files: ["p", "q", "r"]}};
  const found = await listedSuspects(whole(), files, ["validation", "test"]);
  expect(found.map(({split, index}) => `${split}:${index}`)).toEqual(["test:2", "validation:0", "test:0"]);
  const rows = listedSuspectsCsv(found, files, "drop").trim().split("\n").slice(1);
  expect(rows.map((row) => row.split(",").slice(0, 6))).toEqual([
    ["1", "test:2", "test", "2", "2", "r"],
    ["2", "train:1", "validation", "0", "1", ""],
    ["3", "test:0", "test", "0", "0", "p"],
  ]);
  expect(rows.every((row) => row.endsWith(",drop,"))).toBe(true);
});

test.each([
  ["train", ROWS, "expected train images, got none (a run asks about these with --folds)"],
  ["test", [ROWS[0].replace("test,2", "test,3")], "expected test images below 3, got 3"],
  ["test", [ROWS[0].replace("test,2", "test,-1")], "expected test images below 3, got -1"],
  ["test", [ROWS[0].replace("test,2", "test,0.5")], "expected test images below 3, got 0.5"],
  ["validation", [ROWS[0]], "expected validation images, got none (the run has none)"],
  [
    "test",
    [ROWS[2].replace(`,"cat, grey",`, ",dog,")],
    "expected label cat, grey of test image 0, as the data have it, got dog",
  ],
] as const)("a list that says of %s what cannot be is refused", async (split, rows, words) => {
  const path = runWith([HEADER, ...rows, ""].join("\n"));
  await expect(listedSuspects(path, data, [split])).rejects.toThrow(`${join(path, "suspects.csv")}: ${words}`);
});

test("a run without a list, or with another table in its place, is reported in words", async () => {
  await expect(listedSuspects(folder, data, ["test"])).rejects.toThrow(
    `${join(folder, "suspects.csv")}: expected the list of suspects that a run leaves when it ends, got nothing there`,
  );
  await expect(listedSuspects(runWith("a,split\n1,test\n"), data, ["test"])).rejects.toThrow(
    /got none named index, given_label, predicted_label, label_score, is_label_issue, method, reason$/,
  );
});
