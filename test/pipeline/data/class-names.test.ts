import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {UserError} from "../../../src/nouns/options";
import {parseClassNames} from "../../../src/pipeline/data/class-names";
import {decodeText} from "../../../src/pipeline/data/text";

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const parse = (text: string, what = "names.txt") => parseClassNames(bytes(text), what).names;

const ENCODINGS = {
  "UTF-8": (text: string) => Buffer.from(text),
  "UTF-8 with a mark": (text: string) => Buffer.from(`\ufeff${text}`),
  "UTF-16, small end first": (text: string) => Buffer.from(`\ufeff${text}`, "utf16le"),
  "UTF-16, big end first": (text: string) => Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
};
const FORMS = {
  lines: (names: readonly string[], end: string) => names.join(end) + end,
  "lines without a last end": (names: readonly string[], end: string) => names.join(end),
  "a list": (names: readonly string[]) => JSON.stringify(names),
  "an indented list": (names: readonly string[], end: string) => JSON.stringify(names, null, 2).replaceAll("\n", end),
  "index to name": (names: readonly string[]) => JSON.stringify({...names}),
  "index to name, last first": (names: readonly string[]) =>
    `{${names.map((name, i) => `"${i}": ${JSON.stringify(name)}`).reverse()}}`,
  "name to index": (names: readonly string[]) =>
    `{${names.map((name, i) => `${JSON.stringify(name)}: ${i}`).reverse()}}`,
  "ImageNet's pairs": (names: readonly string[]) => JSON.stringify({...names.map((name, i) => [`n0000${i}`, name])}),
  "a model's config": (names: readonly string[]) => JSON.stringify({architectures: ["x"], id2label: {...names}}),
};
/** Letters of several scripts, digits, spaces within, brackets and quotes within. */
const name = fc
  .stringMatching(/^[A-Za-z0-9äßéжλ東京][A-Za-z0-9äßéжλ東京 "'{}[\],:-]{0,9}$/)
  .map((word) => word.trim())
  .filter((word) => word !== "");

describe("a class file", () => {
  test("reads to the same names in any form, encoding, line end and case of its ending", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(name, {minLength: 1, maxLength: 12}),
        fc.constantFrom(...Object.keys(FORMS)) as fc.Arbitrary<keyof typeof FORMS>,
        fc.constantFrom(...Object.keys(ENCODINGS)) as fc.Arbitrary<keyof typeof ENCODINGS>,
        fc.constantFrom("\n", "\r\n", "\r"),
        fc.boolean(),
        (names, form, encoding, end, upper) => {
          const file = form.startsWith("lines") ? "names.txt" : "names.json";
          const text = FORMS[form](names, end);
          const read = parseClassNames(new Uint8Array(ENCODINGS[encoding](text)), upper ? file.toUpperCase() : file);
          expect(read).toEqual({names, notes: []});
        },
      ),
      {numRuns: 400},
    );
  });

  test("of JSON may have any ending; a line that only begins like JSON is a line", () => {
    expect(parse('["cat", "dog"]')).toEqual(["cat", "dog"]);
    expect(parse('{"dog": 1, "cat": 0}', "labels")).toEqual(["cat", "dog"]);
    expect(parse("[unknown]\n[mask]\n")).toEqual(["[unknown]", "[mask]"]);
  });

  test("whose names are numbers is read the way round that its quotes tell", () => {
    expect(parse('{"0": 1, "1": 0}', "n.json")).toEqual(["1", "0"]); // name "1" has index 0
    expect(parse('{"0": "1", "1": "0"}', "n.json")).toEqual(["1", "0"]); // index 0 has name "1"
    expect(parse('{"7": 0, "3": 1}', "n.json")).toEqual(["7", "3"]);
    expect(parse("[7, 3]", "n.json")).toEqual(["7", "3"]);
    expect(parse('{"cat": "0", "dog": "1"}', "n.json")).toEqual(["cat", "dog"]);
  });

  test("names that two classes share get their index, and this is said", () => {
    const {names, notes} = parseClassNames(bytes("crane\ncat\ncrane\nmaillot\nmaillot\n"), "imagenet.txt");
    expect(names).toEqual(["crane (0)", "cat", "crane (2)", "maillot (3)", "maillot (4)"]);
    expect(notes).toEqual([
      "imagenet.txt: classes 0, 2 are all named crane, and 1 more names likewise: they are shown with their index",
    ]);
  });

  test("one name that two classes share is told alone", () => {
    const {names, notes} = parseClassNames(bytes("cat\ncat\ndog\n"), "n.txt");
    expect(names).toEqual(["cat (0)", "cat (1)", "dog"]);
    expect(notes).toEqual(["n.txt: classes 0, 1 are all named cat: they are shown with their index"]);
  });

  test("a key may come again in an object or a list inside, but not after it", () => {
    expect(parse('{"a": {"b": 1}, "b": [{"b": 2}], "id2label": {"0": "cat"}}', "n.json")).toEqual(["cat"]);
    expect(() => parse('{"b": 1, "a": [], "b": 2, "id2label": {"0": "cat"}}', "n.json")).toThrow('got "b" twice');
  });

  test.each([
    ["", "names.txt", "names.txt: expected class names, got none"],
    ["\n\n", "names.txt", "names.txt: expected class names, got none"],
    ["cat\n\ndog\n", "names.txt", "names.txt: class 1: expected a name, got an empty one"],
    ["", "n.json", "n.json: expected JSON, got nothing"],
    ['{"a":', "n.json", "n.json: expected JSON, got text that ends too soon"],
    ['["cat", "dog"', "n.json", "n.json: expected JSON, got text that ends too soon"],
    ['["cat",\n"dog" 1]', "n.json", "n.json: expected JSON, got text that is none at line 2, column 7"],
    ["cat\ndog", "n.json", 'n.json: expected JSON, got text that begins with "cat\\ndog"'],
    ['"cat"', "n.json", "n.json: expected a list of names, or an object of indices and names, got a string"],
    ["null", "n.json", "n.json: expected a list of names, or an object of indices and names, got null"],
    ["[]", "n.json", "n.json: expected class names, got none"],
    ["{}", "n.json", "n.json: expected class names, got none"],
    ['["cat", null]', "n.json", "n.json: class 1: expected a name, got null"],
    ['["cat", ""]', "n.json", "n.json: class 1: expected a name, got an empty one"],
    ['{"0": "cat", "2": "dog"}', "n.json", "n.json: expected the indices 0 to 1 for 2 names, got none for 1"],
    ['{"1": "cat", "2": "dog"}', "n.json", "n.json: expected the indices 0 to 1 for 2 names, got none for 0"],
    ['{"cat": 0, "dog": 2}', "n.json", "n.json: expected the indices 0 to 1 for 2 names, got none for 1"],
    ['{"cat": 0, "dog": 0}', "n.json", "n.json: expected one name for class 0, got cat and dog"],
    ['{"0": "cat", "0": "dog"}', "n.json", 'n.json: expected each key once, got "0" twice'],
    ['{"cat": 0, "cat": 1}', "n.json", 'n.json: expected each key once, got "cat" twice'],
    [
      '{"cat": 0.5, "dog": 1}',
      "n.json",
      'n.json: expected {"0": "cat"} or {"cat": 0}, an index and a name in each pair, got {"cat": 0.5}',
    ],
    [
      '{"cat": "felis"}',
      "n.json",
      'n.json: expected {"0": "cat"} or {"cat": 0}, an index and a name in each pair, got {"cat": "felis"}',
    ],
    [
      '{"cat": 1, "dog": 0.5}',
      "n.json",
      'n.json: expected {"0": "cat"} or {"cat": 0}, an index and a name in each pair, got {"dog": 0.5}',
    ],
    [
      '{"cat": 0, "1": "dog"}',
      "n.json",
      'n.json: expected {"0": "cat"} or {"cat": 0}, an index and a name in each pair, got {"1": "dog"}',
    ],
    ['{"0": {"a": 1}}', "n.json", 'n.json: class 0: expected a name, got {"a":1}'],
    ['{"99999999": "cat"}', "n.json", "n.json: expected the indices 0 to 0 for 1 names, got none for 0"],
  ])("%j in %s is refused in one line", (text, what, message) => {
    expect(() => parse(text, what)).toThrow(new UserError(message));
  });
});

describe("text", () => {
  test("of UTF-16 without a mark is reported by its zero bytes", () => {
    const words = "cat\r\ndog\r\n";
    expect(decodeText(new Uint8Array(Buffer.from(words, "utf16le")), "t")).toBe(words);
    expect(decodeText(new Uint8Array(Buffer.from(words, "utf16le").swap16()), "t")).toBe(words);
  });

  test("that is none is refused", () => {
    expect(() => decodeText(Uint8Array.of(0x63, 0xe4, 0x74), "t")).toThrow("t: expected UTF-8 or UTF-16 text");
    for (const marks of [
      [0xff, 0x41],
      [0x41, 0xfe],
      [0xfe, 0x41],
      [0x41, 0xff],
    ])
      expect(() => decodeText(Uint8Array.from(marks), "t")).toThrow("t: expected UTF-8 or UTF-16 text");
    expect(() => decodeText(Uint8Array.of(0x63, 0x61, 0, 0x74), "t")).toThrow("t: expected text, got a zero character");
  });
});
