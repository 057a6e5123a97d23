import {expect, test} from "vitest";

import {resolveOptions} from "../../../../src/nouns/options";
import {separatorOf, tableOptions} from "../../../../src/pipeline/data/tables/table";

const resolved = (given: {readonly [name: string]: unknown}) => resolveOptions(tableOptions, given, "--");

test.each([
  ["auto", ""],
  ["comma", ","],
  ["tab", "\t"],
  ["\\t", "\t"],
  ["space", " "],
  ["^", "^"],
  ["ab", undefined],
  ["a", undefined],
  ["7", undefined],
  ['"', undefined],
  ["toString", undefined],
])("the separator %j means %j", (word, character) => {
  expect(separatorOf(word)).toBe(character);
  if (character !== undefined) expect(resolved({separator: word}).separator).toBe(word);
  else expect(() => resolved({separator: word})).toThrow("expected auto, comma, semicolon, tab, space, pipe or one");
});

test("an encoding is one that browsers know, or auto", () => {
  for (const encoding of ["auto", "latin1", "shift_jis"]) expect(resolved({encoding}).encoding).toBe(encoding);
  expect(() => resolved({encoding: "nope"})).toThrow("expected auto or the name of an encoding that browsers know");
});
