import {describe, expect, test} from "vitest";

import {parseJson} from "../../src/nouns/json-text";
import {judgedLoss} from "../../src/nouns/judged-loss";
import {nearest} from "../../src/nouns/nearest";
import {optionalPackage} from "../../src/nouns/optional-package";
import {
  between,
  type OptionTable,
  positiveInteger,
  positiveNumber,
  resolveOptions,
  seedNumber,
  wholeBetween,
  wholeNumber,
} from "../../src/nouns/options";

test.each([
  ["a positive integer", positiveInteger, [1, 7], [0, -1, 1.5, Infinity, Number.NaN]],
  ["a whole number, 0 or more", wholeNumber, [0, 7], [-1, 0.5, Number.NaN]],
  ["a whole number from 0 to 9007199254740991", seedNumber, [0, 2 ** 53 - 1], [-1, 2 ** 53, 0.5]],
  ["a number above 0", positiveNumber, [0.001, 7], [0, -1, Infinity, Number.NaN]],
  ["a number from -1 to 2", between(-1, 2), [-1, 0.5, 2], [-1.01, 2.01, Number.NaN]],
  ["a whole number from -1 to 2", wholeBetween(-1, 2), [-1, 0, 2], [-2, 3, 0.5]],
] as const)("%s is what it says", (words, check, taken, refused) => {
  expect(taken.map((value) => check(value))).toEqual(taken.map(() => undefined));
  expect(refused.map((value) => check(value))).toEqual(refused.map(() => words));
});

describe("options", () => {
  interface Toy {
    readonly size: number;
    readonly name: string;
    readonly maxDepth: number;
  }
  const table: OptionTable<Toy> = {
    size: {default: 4, help: "", check: positiveInteger, words: {all: 1e9}},
    name: {default: "", help: "", check: (word) => (word === "bad" ? "another name" : undefined)},
    maxDepth: {default: 2, help: "", flag: "depth"},
  };

  test("are those that are given, else the defaults; a word may stand for a number", () => {
    expect(resolveOptions(table, {}, "--")).toEqual({size: 4, name: "", maxDepth: 2});
    expect(resolveOptions(table, {size: 1, name: "a"}, "--")).toEqual({size: 1, name: "a", maxDepth: 2});
    expect(resolveOptions(table, {size: "all", name: "all"}, "--")).toMatchObject({size: 1e9, name: "all"});
  });

  test.each([
    [{size: "many"}, '--size: expected a number, got "many"'],
    [{size: 0}, "--size: expected a positive integer, got 0"],
    [{name: 3}, "--name: expected a string, got 3"],
    [{name: "bad"}, '--name: expected another name, got "bad"'],
    [{maxDepth: "deep"}, '--depth: expected a number, got "deep"'],
  ])("that are wrong are named: %j", (given, words) => {
    expect(() => resolveOptions(table, given, "--")).toThrow(words);
  });
});

test.each([
  ["", "nothing"],
  [" \n", "nothing"],
  ['{"a": 1', "text that ends too soon"],
  ['{"a": [1, 2\n', "text that ends too soon"],
  ["<html><body>no JSON</body>", 'text that begins with "<html><body>no JSON<"'],
  ['{"a": 1,\n "b" 2}', "text that is none at line 2, column 6"],
  ['{"a" 1}', "text that is none at line 1, column 6"],
])("%j is no JSON, and the error says why", (text, words) => {
  expect(() => parseJson(text, "a.json")).toThrow(`a.json: expected JSON, got ${words}`);
});

test("text that is JSON is its value", () => {
  expect(parseJson('{"a": [1, null]}', "a.json")).toEqual({a: [1, null]});
});

test("the nearest word is that of the fewest letters changed, if they are few", () => {
  expect(nearest("modl", ["mode", "model", "modal"])).toBe("mode"); // of equally near ones the first
  expect(nearest("lable", ["table", "labels"])).toBe("table"); // one letter, not three
  expect(nearest("epochs", ["epoch-x", "epoch"])).toBe("epoch"); // wherever it stands in the list
  expect(nearest("abcdef", ["abxyef"])).toBe("abxyef"); // two of six
  expect(nearest("abcdef", ["xyzdef"])).toBeUndefined(); // three of six
  expect(nearest("abcdefghi", ["xyzdefghi"])).toBe("xyzdefghi"); // three of nine
  expect(nearest("ab", ["xy"])).toBeUndefined(); // all of its letters
  expect(nearest("x", ["y"])).toBeUndefined();
  expect(nearest("a", ["ab"])).toBeUndefined(); // a single letter is close to no word
  expect(nearest("epochs", [])).toBeUndefined();
});

test("an epoch is judged by its validation loss, else by its test loss, and without both it is no good", () => {
  expect(judgedLoss({validationLoss: 0, testLoss: 2})).toBe(0);
  expect(judgedLoss({validationLoss: null, testLoss: 2})).toBe(2);
  expect(judgedLoss({validationLoss: null})).toBe(Number.POSITIVE_INFINITY);
});

describe("an optional package", () => {
  const failing = (code: string | undefined, message: string) =>
    optionalPackage("toy", "a map by toy", () => Promise.reject(Object.assign(new Error(message), {code})));

  test.each(["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"])("that is missing is named, for %s", async (code) => {
    await expect(failing(code, "Cannot find package 'toy'")).rejects.toMatchObject({
      message: "a map by toy: expected the package toy, got none; npm install toy",
      code: "MISSING_PACKAGE",
    });
  });

  test("that lacks another, or fails, fails as it does", async () => {
    await expect(failing("MODULE_NOT_FOUND", "Cannot find module 'other'")).rejects.toThrow(/^Cannot find module/);
    await expect(failing(undefined, "'toy' broke")).rejects.toThrow(/^'toy' broke$/);
    expect(await optionalPackage("toy", "a map", async () => 7)).toBe(7);
  });
});
