import fc from "fast-check";
import {expect, test} from "vitest";
import {rowsOf, tableOf} from "./table-of";

/** @file Any table of numbers, in any separator, quoting, decimal mark, line end and encoding, reads to the same matrix. */

const number = fc.oneof(
  fc.integer({min: -99_999, max: 99_999}),
  fc.integer({min: -9_999_999, max: 9_999_999}).map((n) => n / 1000),
  fc.double({noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9}),
  fc.double({noNaN: true, noDefaultInfinity: true}),
);
const matrix = fc
  .tuple(fc.integer({min: 2, max: 9}), fc.integer({min: 1, max: 6}))
  .chain(([rows, columns]) =>
    fc.array(fc.array(number, {minLength: columns, maxLength: columns}), {minLength: rows, maxLength: rows}),
  );
const style = fc.record({
  separator: fc.constantFrom(",", ";", "\t", "|", " "),
  decimal: fc.constantFrom(".", ","),
  quotes: fc.constantFrom("all", "where needed"),
  group: fc.constantFrom("", "other mark", "\u00a0", "'"),
  end: fc.constantFrom("\n", "\r\n", "\r"),
  lastEnd: fc.boolean(),
  encoding: fc.constantFrom("utf8", "utf8 marked", "utf16le marked", "utf16be marked", "utf16le"),
  header: fc.constantFrom("none", "names", "sep=", "repeated names", "names with a trailing separator"),
  trailing: fc.boolean(),
  padded: fc.boolean(),
});
type Style = typeof style extends fc.Arbitrary<infer S> ? S : never;

/** Writes a number as people and spreadsheets do: the shortest digits that mean this double. */
function written(value: number, {decimal, group}: Style): string {
  const [, sign, whole, rest = ""] = /^(-?)(\d+)(.*)$/.exec(`${value}`) as RegExpExecArray;
  const mark = group === "other mark" ? (decimal === "." ? "," : ".") : group;
  const grouped = mark && whole.length > 3 ? whole.replace(/\B(?=(\d{3})+$)/g, mark) : whole;
  return sign + grouped + rest.replace(".", decimal);
}

function text(rows: readonly number[][], form: Style): string {
  const {separator, quotes, end, lastEnd, header, trailing, padded} = form;
  const cell = (shown: string) => {
    if (quotes === "all" || shown.includes(separator)) return `"${shown}"`;
    return padded && separator !== " " ? ` ${shown} ` : shown;
  };
  const line = (cells: readonly string[], extra: boolean) => cells.map(cell).join(separator) + (extra ? separator : "");
  const names = rows[0].map((_, c) => (header === "repeated names" ? "a" : `name ${c} "of" it`.replaceAll('"', "'")));
  const lines = rows.map((row) =>
    line(
      row.map((v) => written(v, form)),
      trailing,
    ),
  );
  if (header !== "none") {
    const quoted = names.map((name) => (separator === " " ? `"${name}"` : name));
    lines.unshift(quoted.join(separator) + (header.endsWith("separator") || trailing ? separator : ""));
  }
  if (header === "sep=") lines.unshift(`sep=${separator}`);
  return lines.join(end) + (lastEnd ? end : "");
}

function encoded(content: string, encoding: Style["encoding"]): Buffer {
  const marked = encoding.endsWith("marked") ? `\ufeff${content}` : content;
  if (encoding.startsWith("utf8")) return Buffer.from(marked);
  const bytes = Buffer.from(marked, "utf16le");
  return encoding.startsWith("utf16be") ? bytes.swap16() : bytes;
}

/** Whether a table has only one reading: "1,5" could be one number or two, "1,234" could be 1.234 or 1234. */
function isPlain(rows: readonly number[][], form: Style): boolean {
  const shown = rows.flat().map((v) => written(v, form));
  const twofold = shown.every((cell) => !/[.,]/.test(cell) || /^-?[1-9]\d{0,2}[.,]\d{3}$/.test(cell));
  if (shown.some((cell) => /[.,]/.test(cell)) && twofold) return false;
  return !(
    rows[0].length === 1 &&
    form.decimal === "," &&
    form.quotes !== "all" &&
    form.separator !== "," &&
    form.header === "none"
  );
}

test("any table of numbers, however it is written, reads to the same matrix", async () => {
  await fc.assert(
    fc.asyncProperty(matrix, style, async (rows, form) => {
      fc.pre(isPlain(rows, form));
      const table = await tableOf(encoded(text(rows, form), form.encoding));
      const expected = rows.map((row) => row.map((v) => v + 0)); // −0 is 0 in digits
      expect(rowsOf(table)).toEqual(expected);
      const hasNames = form.header !== "none";
      expect(table.names[0]).toBe(!hasNames ? "column 1" : form.header === "repeated names" ? "a" : "name 0 'of' it");
      expect(new Set(table.names).size).toBe(table.names.length);
    }),
    {numRuns: 400},
  );
}, 120_000);
