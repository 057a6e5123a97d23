import {UserError} from "../../options";
import {CellKind, type Decimal, kindOf, numberOf} from "./cells";
import {eachRecord} from "./csv-records";
import {type ColumnSurvey, type CsvSurvey, surveyor} from "./csv-survey";
import {countsOf, decimalOf, hasHeader, isNumeric, namesOf} from "./header";
import {chosenColumn} from "./label-column";
import {type CsvLayout, layoutOf, nameOf} from "./separator";
import type {RawTable, TableOptions, UnusedColumn} from "./table";
import {MEGABYTE, megabytes, type TableFile, tooLarge} from "./table-file";
import {encodingOf, textOf, titleOf} from "./text-encoding";

/** Letters that the separator is found by. */
const SAMPLE = 1 << 20;
/** A column with fewer numbers than this share of its rows tells too little, and would cost too many rows. */
const LEAST_SHARE = 0.5;

/**
 * Reads a table of text, in two passes: the first looks at every cell and decides what each column is, the second keeps
 * what is used, in memory of that size.
 *
 * @throws UserError that names the line, where it is no table; or the file, where no column holds numbers.
 */
export async function readCsv(file: TableFile, options: TableOptions): Promise<RawTable> {
  const encoding = await encodingOf(file, options.encoding);
  const text = () => textOf(file, encoding);
  const {sample, cut} = await beginningOf(text());
  const layout = await layoutOf(sample, cut, options);
  const survey = await surveyed(file, text(), layout);
  const decimal = options.decimal === "auto" ? decimalOf(survey, layout.separator) : options.decimal;
  const plan = planned(file, survey, decimal, layout, options);
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

/** All records that count, with the number of the line each begins in. */
function records(
  {path}: TableFile,
  text: AsyncIterable<string>,
  {separator, skip, hash}: CsvLayout,
  use: (cells: string[], line: number) => void,
): Promise<number> {
  return eachRecord(path, withoutLines(text, skip, hash), separator, use, 1 + skip);
}

/** A text without its first lines; and without "#" before the next one. */
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

async function surveyed(file: TableFile, text: AsyncIterable<string>, layout: CsvLayout): Promise<CsvSurvey> {
  const {add, done} = surveyor(file.path);
  return done(await records(file, text, layout, add));
}

/** What the second pass keeps. */
interface Plan {
  readonly header: boolean;
  readonly rows: number;
  /** Cells of a row; a row may have more that are empty. */
  readonly width: number;
  readonly numbers: readonly number[];
  /** Columns kept as words. */
  readonly texts: readonly {readonly name: string; readonly place: number}[];
  readonly names: readonly string[];
  readonly columnPlaces: readonly number[];
  readonly unused: readonly UnusedColumn[];
  readonly notes: readonly string[];
  readonly labelWords: number;
}

function planned(
  {path}: TableFile,
  survey: CsvSurvey,
  decimal: Decimal,
  layout: CsvLayout,
  {header: named, noHeader, label, maxMegabytes}: TableOptions,
): Plan {
  const header = !noHeader && (named || layout.hash || survey.rowNames || hasHeader(survey, decimal));
  const rows = survey.rows + (header ? 0 : survey.first.length > 0 ? 1 : 0);
  const given = header ? [...(survey.rowNames ? ["row names"] : []), ...survey.first] : [];
  const {names, repeated} = namesOf(given, survey.columns.length);
  const columns = header ? survey.columns : survey.columns.map((column, c) => withFirst(column, survey, c));
  const colored = chosenColumn(
    given.map((name) => name.trim()),
    names,
    label,
  );
  const unused: UnusedColumn[] = [];
  const numbers: number[] = [];
  const texts: {name: string; place: number}[] = [];
  columns.forEach((column, c) => {
    const unnamed = header && /^(unnamed: 0)?$/i.test(given[c]?.trim() ?? "");
    const own = c === colored ? "it is the label" : survey.rowNames && c === 0 ? "it names the rows" : undefined;
    const reason = own ?? reasonAgainst(column, decimal, unnamed, rows);
    if (!reason) numbers.push(c);
    else unused.push({name: names[c], place: c + 1, reason});
    if (own || countsOf(column, decimal).other > 0) texts.push({name: names[c], place: c});
  });
  if (numbers.length === 0) {
    const reasons = unused.slice(0, 3).map(({name, reason}) => `"${name}": ${reason}`);
    if (unused.length > 3) reasons.push("…");
    if (columns.length === 1) reasons.push("if other characters stand between cells, name one by --separator");
    const why = reasons.length > 0 ? ` (${reasons.join("; ")})` : "";
    throw new UserError(`${path}: expected a column of numbers, got none in ${count(rows, "row")}${why}`);
  }
  const bytes = rows * numbers.length * 8;
  if (bytes > maxMegabytes * MEGABYTE) throw tooLarge(path, maxMegabytes, `${megabytes(bytes)} of numbers`);
  const notes = [...layout.notes];
  if (survey.bare > 0) notes.push(`${count(survey.bare, "line")} of separators alone left out`);
  for (const name of repeated)
    notes.push(`more than one column is named "${name}": the later ones are "${name} (2)" and so on`);
  const labelWords = texts.findIndex(({place}) => place === colored);
  return {
    header,
    rows,
    width: columns.length,
    numbers,
    texts,
    names: numbers.map((c) => names[c]),
    columnPlaces: numbers.map((c) => c + 1),
    unused,
    notes,
    labelWords,
  };
}

/** @returns Why a column is not among the numbers; undefined if it is. */
function reasonAgainst(column: ColumnSurvey, decimal: Decimal, unnamed: boolean, rows: number): string | undefined {
  const {numbers, missing, infinite, other} = countsOf(column, decimal);
  if (missing === rows) return "it is empty";
  if (other > 0) {
    const wrong = column.examples.find((example, kind) => example && isOther(kind, decimal));
    const shown = JSON.stringify(`${wrong?.cell}`.slice(0, 40));
    if (numbers === 0 && isNumeric(column, decimal === "point" ? "comma" : "point")) {
      return `its numbers do not have the decimal ${decimal} that others have, as ${shown} in line ${wrong?.line}`;
    }
    return numbers > 0
      ? `${other === 1 ? `1 cell of ${rows} is no number` : `${other.toLocaleString("en")} cells of ${rows} are no numbers`}, as ${shown} in line ${wrong?.line}`
      : "it holds words";
  }
  if (numbers === 0) return infinite > 0 ? "it has no finite number" : "it is empty";
  if (numbers < LEAST_SHARE * rows) return `it has no number in ${rows - numbers} of ${rows} rows`;
  return unnamed && column.countsFrom !== undefined ? "it has no name and counts the rows" : undefined;
}

function isOther(kind: number, decimal: Decimal): boolean {
  return !(kind & (CellKind[decimal] | CellKind.missing | CellKind.infinite));
}

/** A column's counts with the first record's cell among them. */
function withFirst(column: ColumnSurvey, {first, firstLine}: CsvSurvey, c: number): ColumnSurvey {
  const cell = first[c] ?? "";
  const kind = kindOf(cell);
  const counts = column.counts.slice();
  counts[kind]++;
  const examples = column.examples.slice();
  examples[kind] = {cell, line: firstLine};
  return {counts, examples, words: column.words, countsFrom: undefined};
}

/** The second pass. */
async function taken(
  file: TableFile,
  text: AsyncIterable<string>,
  layout: CsvLayout,
  {header, rows, numbers, texts}: Plan,
  decimal: Decimal,
) {
  const values = new Float64Array(rows * numbers.length);
  const words = texts.map(() => ownWords());
  const lines = new Uint32Array(rows);
  const wrong = new Map<number, string>(); // cells that are no numbers, by place in the values
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

/** Cells without a number whose text is kept for messages. */
const MOST_SHOWN = 1000;

/** Equal words are kept once, and as texts of their own: a piece of a text would keep the whole of it in memory. */
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
  return new UserError(`${path}: expected it to stay as it is while it is read, got another number of rows`);
}

function count(n: number, thing: string): string {
  return `${n.toLocaleString("en")} ${thing}${n === 1 ? "" : "s"}`;
}
