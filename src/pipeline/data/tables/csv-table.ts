import {UserError} from "../../../nouns/options";
import {CellKind, type Decimal, kindOf, numberOf} from "./cells";
import {type CsvPlan, csvPlan} from "./csv-plan";
import {eachRecord} from "./csv-records";
import {type CsvSurvey, surveyor} from "./csv-survey";
import {decimalOf} from "./header";
import {type CsvLayout, layoutOf, nameOf} from "./separator";
import type {RawTable, TableOptions} from "./table";
import type {TableFile} from "./table-file";
import {encodingOf, textOf, titleOf} from "./text-encoding";

/** How many letters are used to find the separator. */
const SAMPLE = 1 << 20;

/**
 * Reads a table of text, in two passes: the first looks at every cell and decides what each column is, the second keeps
 * the cells that are used, in just as much memory as they need.
 *
 * @throws UserError that names the line, if the text is not a table; or the file, if no column contains numbers.
 */
export async function readCsv(file: TableFile, options: TableOptions): Promise<RawTable> {
  const encoding = await encodingOf(file, options.encoding);
  const text = () => textOf(file, encoding);
  const {sample, cut} = await beginningOf(text());
  const layout = await layoutOf(sample, cut, options);
  const survey = await surveyed(file, text(), layout, options.maxMegabytes);
  const decimal = options.decimal === "auto" ? decimalOf(survey, layout.separator) : options.decimal;
  const plan = csvPlan(file.path, survey, decimal, layout, options);
  const kept = await taken(file, text(), layout, plan, decimal);
  const form = [
    `CSV${file.gzip ? " (gzip)" : ""}, ${titleOf(encoding)}`,
    survey.columns.length > 1 ? `${nameOf(layout.separator)} between cells` : "one cell a line",
    `decimal ${decimal}`,
    plan.header ? "the first line names the columns" : "no line of names",
  ];
  const {unused, notes, names, columnPlaces, labelWords} = plan;
  return {...kept, columns: names.length, names, columnPlaces, unused, notes, labelWords, form: form.join(", ")};
}

async function beginningOf(text: AsyncGenerator<string>): Promise<{sample: string; cut: boolean}> {
  let sample = "";
  for await (const piece of text) {
    sample += piece;
    if (sample.length > SAMPLE)
      return {sample: sample.slice(0, sample.lastIndexOf("\n", SAMPLE) + 1 || SAMPLE), cut: true};
  }
  return {sample, cut: false};
}

/** All records that count, each with the number of the line in which it begins. */
function records(
  {path}: TableFile,
  text: AsyncIterable<string>,
  {separator, skip, hash}: CsvLayout,
  use: (cells: string[], line: number) => void,
): Promise<number> {
  return eachRecord(path, withoutLines(text, skip, hash), separator, use, 1 + skip);
}

/** A text without its first lines, and without the "#" before the next one. */
async function* withoutLines(text: AsyncIterable<string>, lines: number, hash: boolean): AsyncGenerator<string> {
  let begin: string | undefined = "";
  for await (const piece of text) {
    if (begin === undefined) {
      yield piece;
      continue;
    }
    begin += piece;
    let [at, left] = [0, lines];
    for (; left > 0 && at >= 0; left--) at = begin.indexOf("\n", at) + 1 || -1;
    if (at < 0) continue;
    yield hash ? begin.slice(at).replace(/^#+[^\S\n]*/, "") : begin.slice(at);
    begin = undefined;
  }
}

async function surveyed(
  file: TableFile,
  text: AsyncIterable<string>,
  layout: CsvLayout,
  maxMegabytes: number,
): Promise<CsvSurvey> {
  const {add, done} = surveyor(file.path, maxMegabytes);
  return done(await records(file, text, layout, add));
}

/** The second pass. */
async function taken(
  file: TableFile,
  text: AsyncIterable<string>,
  layout: CsvLayout,
  {header, rows, numbers, texts}: CsvPlan,
  decimal: Decimal,
) {
  const values = new Float64Array(rows * numbers.length);
  const words = texts.map(() => ownWords());
  const lines = new Uint32Array(rows);
  const wrong = new Map<number, string>(); // cells that are not numbers, by their place in the values
  const bit = CellKind[decimal];
  let [row, at] = [header ? -1 : 0, 0];
  await records(file, text, layout, (cells, line) => {
    if (row < 0) {
      row = 0;
      return;
    }
    if (row === rows) throw changed(file.path);
    lines[row++] = line;
    for (const c of numbers) {
      const cell = cells[c] ?? "";
      const kind = kindOf(cell);
      if (!(kind & bit) && wrong.size < MOST_SHOWN) wrong.set(at, cell);
      values[at++] = kind & bit ? numberOf(cell, decimal) : kind === CellKind.infinite ? infinite(cell) : Number.NaN;
    }
    for (let t = 0; t < texts.length; t++) words[t].add((cells[texts[t].place] ?? "").trim());
  });
  if (row !== rows) throw changed(file.path);
  return {
    rows,
    values,
    words: texts.map(({name}, t) => ({name, cells: words[t].cells})),
    placeOf: (r: number) => `line ${lines[r]}`,
    textOf: (r: number, c: number) => wrong.get(r * numbers.length + c),
  };
}

function infinite(cell: string): number {
  return /^\s*[-−]/.test(cell) ? -Infinity : Infinity;
}

/** How many cells without a number have their text kept for messages. */
const MOST_SHOWN = 1000;

/** Equal words are kept only once, and as copies: a piece of a text would keep the whole text in memory. */
function ownWords() {
  const known = new Map<string, string>();
  const cells: string[] = [];
  return {
    cells,
    add(word: string) {
      let own = known.get(word);
      if (own === undefined) {
        own = Buffer.from(word, "utf16le").toString("utf16le");
        known.set(own, own);
      }
      cells.push(own);
    },
  };
}

function changed(path: string): UserError {
  return new UserError(`${path}: expected a file that does not change while it is read, got another number of rows`);
}
