import {expect, test} from "vitest";

import {cell} from "../../src/escape/cell";
import {html} from "../../src/escape/html";
import {visible, visibleJson, visibleValue} from "../../src/escape/visible";

const point = (code: number) => String.fromCodePoint(code);

test.each([
  ["a\0b", "a\\x00b"],
  ["\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07"],
  ["two\nlines\r\tand a tab", "two\\nlines\\r\\tand a tab"],
  [`C1 ${point(0x9b)}31m`, "C1 \\x9b31m"],
  [`exe${point(0x202e)}gnp`, "exe\\u202egnp"],
  [`${point(0x2067)}isolated${point(0x2069)}`, "\\u2067isolated\\u2069"],
  [`zero${point(0x200b)}width`, "zero\\u200bwidth"],
  [`half ${"\ud83d"} pair`, "half \\ud83d pair"],
  [`tag${point(0xe0041)}`, "tag\\u{e0041}"],
  [`line${point(0x2028)}end`, "line\\u2028end"],
])("%j is shown as %j", (given, shown) => {
  expect(visible(given)).toBe(shown);
});

test.each(["cat", "Straße", "猫", "שלום", "می‌خواهم", "👩‍🔬", "é", "a\\x1bb", "", " ", "<b>&amp;"])(
  "%j has nothing unseen, and stays as it is",
  (text) => {
    expect(visible(text)).toBe(text);
    expect(visible(visible(`${text}\x1b`))).toBe(`${text}\\x1b`);
  },
);

test("no character below 32, no C1 control and no mark of direction is ever left", () => {
  const left: number[] = [];
  for (let code = 0; code <= 0xffff; code++) {
    const shown = visible(String.fromCharCode(code));
    if (/[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/u.test(shown)) left.push(code);
  }
  expect(left).toEqual([]);
});

test("a value is copied with its texts made visible, keys too, and arrays of numbers are the same", () => {
  const numbers = Float32Array.of(1, 2);
  const list = [1, 2];
  const value = {"a\0": ["x\n", {y: "\u202e"}], list, numbers, none: null, n: 1, yes: true};
  const shown = visibleValue(value) as unknown as {[key: string]: unknown};
  expect(shown).toEqual({"a\\x00": ["x\\n", {y: "\\u202e"}], list, numbers, none: null, n: 1, yes: true});
  expect(shown.numbers).toBe(numbers);
  expect(shown.list).toBe(list);
});

test("a key that names the prototype stays a key", () => {
  const shown = visibleValue(JSON.parse('{"__proto__": {"polluted": "\\u001b"}}'));
  expect(Object.keys(shown)).toEqual(["__proto__"]);
  expect((shown as {polluted?: string}).polluted).toBeUndefined();
});

test.each([
  ["=1+2", "'=1+2"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
  ["-2+3", "'-2+3"],
  ["\t=1", "\\t=1"],
  ["  =1", "'  =1"],
  ["＝1", "'＝1"],
  ["-5", "-5"],
  ["+1.5e3", "+1.5e3"],
  ["-Infinity", "'-Infinity"],
  ["-", "'-"],
  ["cat", "cat"],
  ["a=b", "a=b"],
  ["", ""],
])("as a cell %j is %j", (given, shown) => {
  expect(cell(given)).toBe(shown);
});

test("JSON keeps its value, and its line ends alone are unseen", () => {
  const value = {a: ["\u202eé\n\u{e0041}", {b: "\x1b\x9b"}]};
  const shown = visibleJson(JSON.stringify(value, undefined, 2));
  expect(JSON.parse(shown)).toEqual(value);
  expect(shown.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u{e0000}-\u{e007f}]/u);
});

test("as HTML no text ends a tag, an attribute or turns a line", () => {
  expect(html('<b a="&">\u202e')).toBe("&lt;b a=&quot;&amp;&quot;&gt;\\u202e");
});
