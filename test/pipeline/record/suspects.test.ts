import {expect, test} from "vitest";

import {suspectsOf} from "../../../src/numbers/suspects";
import {csvTable} from "../../../src/pipeline/record/csv-table";

test("images are ranked by the probability of their label, over all splits together", () => {
  // two classes; worked by hand: thresholds are the mean of each label's own probability
  const suspects = suspectsOf(
    [
      {split: "validation", labels: [0, 1, 1], probabilities: [0.9, 0.1, 0.8, 0.2, 0.25, 0.75], files: ["a", "b", "c"]},
      {split: "test", labels: [0, 0], probabilities: [0.75, 0.25, 0.02, 0.98], files: ["d", "e"]},
    ],
    2,
  );
  expect(suspects.map(({file, split, index}) => `${file} ${split} ${index}`)).toEqual([
    "e test 1",
    "b validation 1",
    "c validation 2",
    "d test 0",
    "a validation 0",
  ]);
  expect(suspects.map(({score}) => score)).toEqual([0.02, 0.2, 0.75, 0.75, 0.9]);
  expect(suspects.map(({given, predicted}) => [given, predicted])).toEqual([
    [0, 1],
    [1, 0],
    [1, 1],
    [0, 0],
    [0, 0],
  ]);
  expect(suspects.map(({probability}) => probability)).toEqual([0.98, 0.8, 0.75, 0.75, 0.9]);
  expect(suspects.map(({isIssue}) => isIssue)).toEqual([true, true, false, false, false]);
});

test("images that are no files have none in the ranking", () => {
  const [suspect] = suspectsOf([{split: "test", labels: [1, 0], probabilities: [0.9, 0.1, 0.6, 0.4]}], 2);
  expect(suspect).toEqual({
    ...{split: "test", index: 0, given: 1, predicted: 0, score: 0.1, probability: 0.9, isIssue: false},
  });
});

test("a table is written with a header, quotes where they must be, and no formulas", () => {
  const table = csvTable({file: ['a,b"c.png', "=1+1", "plain"], score: [0.5, -1e-9, 3], "a,b": ["", "x\ny", "7"]});
  expect(table).toBe('file,score,"a,b"\n"a,b""c.png",0.5,\n\'=1+1,-1e-9,x\\ny\nplain,3,7\n');
  expect(csvTable({})).toBe("\n");
});
