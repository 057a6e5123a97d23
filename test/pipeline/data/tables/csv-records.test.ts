import {expect, test} from "vitest";

import {eachRecord, firstRecords} from "../../../../src/pipeline/data/tables/csv-records";
import {layoutOf} from "../../../../src/pipeline/data/tables/separator";

async function* pieces(...texts: readonly string[]) {
  yield* texts;
}

test("each record has the line in which it begins, and lines of separators alone are counted", async () => {
  const found: [string[], number][] = [];
  const text = pieces('a,b\n,\n\n"x\n\ny",2\n', "3,", "4\n,,\n");
  const bare = await eachRecord("t.csv", text, ",", (cells, line) => found.push([cells, line]), 5);
  expect(found).toEqual([
    [["a", "b"], 5],
    [["x\n\ny", "2"], 8],
    [["3", "4"], 11],
  ]);
  expect(bare).toBe(2);
});

test("of cells set apart by blanks, several blanks and tabs are one", async () => {
  const found: string[][] = [];
  await eachRecord("t.csv", pieces(" a \t b\n", "\t\n1\t2\n"), " ", (cells) => found.push(cells));
  expect(found).toEqual([
    ["a", "b"],
    ["1", "2"],
  ]);
});

test.each([
  [10, false, [["a", "b"], ["1", "2"], ["3"]]],
  [
    10,
    true,
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [3, true, [["a", "b"], ["1", "2"], ["3"]]],
  [
    2,
    true,
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
])("the first %d records of a text that is cut off (%s) leave out the one that is cut", async (most, cut, expected) => {
  expect(await firstRecords("a,b\n1,2\n3", ",", most, cut)).toEqual({records: expected, broken: false});
});

test("records end where quotes do not fit the separator, and this is told", async () => {
  expect(await firstRecords('a;b\n"1";2\n"3"x;4\n', ";", 10, false)).toEqual({
    ...{
      records: [
        ["a", "b"],
        ["1", "2"],
      ],
      broken: true,
    },
  });
});

const LEFT_OUT = ["lines that begin with # before the first row are left out"];
test.each<[string, object]>([
  ["a;b\n1;2\n", {separator: ";", skip: 0, hash: false, notes: []}],
  ["sep=;\na,b;c\n1;2\n", {separator: ";", skip: 1, hash: false, notes: []}],
  ["# a,b\n1,2\n", {separator: ",", skip: 0, hash: true, notes: []}],
  ["# made today\n# a,b\n1,2\n", {separator: ",", skip: 1, hash: true, notes: LEFT_OUT}],
  ["# made today\n1,2\n3,4\n", {separator: ",", skip: 1, hash: false, notes: LEFT_OUT}],
  ["# one\n1\n2\n", {skip: 1, hash: false, notes: LEFT_OUT}],
  ["sep=;\n# made today\n1;2\n3;4\n", {separator: ";", skip: 2, hash: false, notes: LEFT_OUT}],
  ["#N/A,1\n2,3\n", {separator: ",", skip: 0, hash: false, notes: []}],
  [`${"# c\n".repeat(100)}1,2\n`, {separator: ",", skip: 100, hash: false}],
  [`${"# c\n".repeat(101)}1,2\n`, {skip: 100}], // more would be no comments
])("the layout of %j is found before its rows", async (text, expected) => {
  expect(await layoutOf(text, false, {separator: "auto", decimal: "auto"})).toMatchObject(expected);
});

test.each([
  ["semicolon", "a,b\n1,2\n", ";"],
  ["pipe", "sep=;\na,b\n1,2\n", "|"],
])("a separator that the user names, %s, is taken", async (separator, text, expected) => {
  expect((await layoutOf(text, false, {separator, decimal: "auto"})).separator).toBe(expected);
});

test.each([
  ["", "auto", ","],
  ["a\tb c\n1\t2 3\n", "auto", "\t"],
  ["a|b\n1|2\n", "auto", "|"],
  ["a b\n1 2\n3 4\n", "auto", " "],
  ["ash;1,5\nelm;2,5\n", "auto", ";"],
  ['"a", "b"\n"1", "2"\n"3", "4"\n', "auto", ", "],
  ['"a"; "b"\n"1"; "2"\n"3"; "4"\n', "auto", "; "],
  ["title\n1;2\n3;4\n", "auto", ";"],
  ["1;2\n3;4\n5\n6;7\n", "auto", ";"],
  ["1;2;\n3;4;\n", "auto", ";"],
  ["1,5 2,5\n3,5 4,5\n", "comma", " "],
  ["1,5;2,5\n3,5;4,5\n", "comma", ";"],
  ["1.5;2.5\n3.5;4.5\n", "point", ";"],
  ["a,b\n1.5,2\n2.5,3\n", "point", ","],
] as const)("the separator of %j with the decimal %s is %j", async (text, decimal, expected) => {
  expect((await layoutOf(text, false, {separator: "auto", decimal})).separator).toBe(expected);
});
