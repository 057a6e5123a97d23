import {UserError} from "../../../nouns/options";
import {CellKind, type Decimal, kindOf} from "./cells";
import {counted} from "./counted";
import type {ColumnSurvey, CsvSurvey} from "./csv-survey";
import {countsOf, hasHeader, isNumeric, namesOf} from "./header";
import {chosenColumn} from "./label-column";
import type {CsvLayout} from "./separator";
import type {TableOptions, UnusedColumn} from "./table";
import {MEGABYTE, megabytes, tooLarge} from "./table-file";

/** A column that has numbers in less than this share of its rows says too little, and would cost too many rows. */
const LEAST_SHARE = 0.5;
/** How many names a sentence lists. */
const MOST_NAMED = 6;

/** The plan for the second pass: which cells it keeps. */
export interface CsvPlan {
  readonly header: boolean;
  readonly rows: number;
  /** How many cells a row has; a row may have more cells if they are empty. */
  readonly width: number;
  readonly numbers: readonly number[];
  /** The columns that are kept as words. */
  readonly texts: readonly {readonly name: string; readonly place: number}[];
  readonly names: readonly string[];
  readonly columnPlaces: readonly number[];
  readonly unused: readonly UnusedColumn[];
  readonly notes: readonly string[];
  readonly labelWords: number;
}

/**
 * Decides what each column is, and which are used: those whose cells are all numbers or missing, and are numbers in at
 * least half of the rows.
 *
 * @throws UserError if no column is used, if the label's column does not exist, or if the numbers would take more
 * memory than the limit.
 */
export function csvPlan(
  path: string,
  survey: CsvSurvey,
  decimal: Decimal,
  layout: CsvLayout,
  {header: named, noHeader, label, maxMegabytes}: TableOptions,
): CsvPlan {
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
    throw new UserError(`${path}: expected a column of numbers, got none in ${counted(rows, "row")}${why}`);
  }
  const bytes = rows * numbers.length * 8;
  if (bytes > maxMegabytes * MEGABYTE) throw tooLarge(path, maxMegabytes, `${megabytes(bytes)} of numbers`);
  const notes = [...layout.notes];
  if (survey.bare > 0) notes.push(`${counted(survey.bare, "line")} of separators alone left out`);
  if (repeated.length > 0) {
    const list = repeated.slice(0, MOST_NAMED).map((name) => `"${name}"`);
    const more = repeated.length > MOST_NAMED ? ", …" : "";
    notes.push(
      `more than one column is named ${list.join(", ")}${more}: the later ones are "${repeated[0]} (2)" and so on`,
    );
  }
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

/** @returns The reason why a column is not among the numbers; undefined if it is. */
function reasonAgainst(column: ColumnSurvey, decimal: Decimal, unnamed: boolean, rows: number): string | undefined {
  const {numbers, missing, infinite, other} = countsOf(column, decimal);
  if (missing === rows) return "it is empty";
  if (other > 0) {
    const wrong = column.examples.find((example, kind) => example && isOther(kind, decimal));
    const shown = JSON.stringify(`${wrong?.cell}`.slice(0, 40));
    if (numbers === 0 && isNumeric(column, decimal === "point" ? "comma" : "point")) {
      return `its numbers do not have the decimal ${decimal} that others have, as ${shown} in line ${wrong?.line}`;
    }
    if (numbers === 0) return "it holds words";
    const what = other === 1 ? `1 cell of ${rows} is no number` : `${counted(other, "cell")} of ${rows} are no numbers`;
    return `${what}, as ${shown} in line ${wrong?.line}`;
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
