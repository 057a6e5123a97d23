import {describe, expect, test} from "vitest";

import {surveyor} from "../../../../src/pipeline/data/tables/csv-survey";
import {decimalOf, hasHeader, namesOf} from "../../../../src/pipeline/data/tables/header";

/** The survey of a table whose lines are set apart by slashes, and its cells by blanks; "_" is an empty cell. */
function surveyOf(text: string) {
  const {add, done} = surveyor("t.csv", 1);
  text.split("/").forEach((line, n) => {
    add(
      line.split(" ").map((cell) => (cell === "_" ? "" : cell)),
      n + 1,
    );
  });
  return done(0);
}

test.each([
  ["x y/1 2", true],
  ["x 5/1 2", true],
  ["x 5 9/1 2 3", false], // a word that is missing below, and no series
  ["x 5 6/1 2 3", true],
  ["x 5 7 9/1 2 3 4", true],
  ["x 9 7 5/1 2 3 4", false],
  ["x 5 5 5/1 2 3 4", false],
  ["x 5 7 10/1 2 3 4", false],
  ["x 0.1 0.2 0.3/1 2 3 4", true],
  ["2019 2020/1 2/3 4", false],
  ["land 2019 2020/A 1 2/B 3 4", true],
  ["5 2019 2020/A 1 2/B 3 4", false],
  ["land 2019 2023/A 1 2/B 3 4", false],
  ["A 2019 2020/A 1 2/B 3 4", false],
  ["kind/a/a/b/b", true],
  ["kind/a/a/b/c", false],
  ["kind/a/a/a", false], // too few to tell
  ["_ 0 1/0 1 2/1 3 4", true],
  ["_ 0 1/1 1 2/2 3 4", true],
  ["_ 0 1/5 1 2/7 3 4", false],
  ["_ 4 9/0 1 2/1 3 4", false],
  ["9 0 1/0 1 2/1 3 4", false],
])("whether the first line of %s holds names: %s", (text, expected) => {
  expect(hasHeader(surveyOf(text), "point")).toBe(expected);
});

test.each([
  ["x/1.5/2", ";", "point"],
  ["x/1,5/2", ";", "comma"],
  ["x y/1.5 1.5/2 1,5", ";", "point"],
  ["x y/1,5 1,5/2 1.5", ";", "comma"],
  ["x/1.5/1.5/1,5", ";", "point"],
  ["x/1,5/1,5/1.5", ";", "comma"],
  ["1.5/2/3", ";", "point"],
  ["1,5/2/3", ";", "comma"],
  ["1.5/2/z", ";", "point"],
  ["1,5/2/z", ";", "comma"],
  ["1.5 x/z 1,5/z 2,5", ";", "comma"], // one column is whole by its commas, and none by its points
  ["x y w/1,5 1.5 1.5/2,5 z z/3,5 2.5 2.5", ";", "comma"], // though fewer cells have one
  ["x/1/2", ";", "point"],
  ["x/1,234/5,678", ";", "comma"],
  ["x/1,234/5,678", ", ", "point"],
  ["x/1.234/5.678", ";", "point"],
  ["x y/1,234 1.234/5,678 1.234", ";", "point"],
  ["1,234/2/3", ";", "comma"],
])("the decimal mark of %s between %j is the %s", (text, separator, expected) => {
  expect(decimalOf(surveyOf(text), separator)).toBe(expected);
});

describe("names", () => {
  test("are all different, and none takes the name of a later column", () => {
    expect(namesOf(["a", "a", "a (2)", " ", " b"], 6)).toEqual({
      names: ["a", "a (3)", "a (2)", "column 4", "b", "column 6"],
      repeated: ["a"],
    });
    expect(namesOf(["column 2", "", "a", "a", "a"], 5)).toEqual({
      names: ["column 2", "column 2 (2)", "a", "a (2)", "a (3)"],
      repeated: ["column 2", "a"],
    });
  });
});
