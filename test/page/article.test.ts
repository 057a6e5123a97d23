import {expect, test} from "vitest";

import {withArticle} from "../../src/page/client/article";

test.each([
  ["ant", "an ant"],
  ["Otter", "an Otter"],
  ["bee", "a bee"],
  ["7", "a 7"],
  ["8", "an 8"],
  ["85", "an 85"],
  ["11", "an 11"],
  ["18", "an 18"],
  ["1", "a 1"],
  ["110", "a 110"],
])("%s comes after its article", (name, expected) => {
  expect(withArticle(name)).toBe(expected);
});
