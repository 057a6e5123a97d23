import {UserError} from "../../../nouns/options";
import {CELL_KINDS, CellKind, kindOf} from "./cells";

/** The facts about one column after a first pass over its cells. */
export interface ColumnSurvey {
  /** How many cells there are of each kind (`kindOf`). */
  readonly counts: Uint32Array;
  /** The first cell of each kind, and the line in which it is. */
  readonly examples: {readonly cell: string; readonly line: number}[];
  /** How often each word occurs; undefined once there are many words. */
  words: Map<string, number> | undefined;
  /** If the cells only number the rows, the first number: 0 or 1. */
  countsFrom: number | undefined;
}

/** The facts that a first pass over a table finds out, before anything is kept. */
export interface CsvSurvey {
  /** The first record. It is not part of the columns' counts. */
  readonly first: readonly string[];
  readonly firstLine: number;
  /** How many records follow the first one. */
  readonly rows: number;
  readonly columns: readonly ColumnSurvey[];
  /** How many lines contain only separators, and are left out. */
  readonly bare: number;
  /** Whether rows have one cell more than the first record: their names, as R writes them. */
  readonly rowNames: boolean;
}

/**
 * The most columns for each megabyte that a table may take: the survey of a column and its words takes a few kilobytes.
 */
const COLUMNS_A_MEGABYTE = 200;

/** How many different words of a column are counted. */
const MOST_WORDS = 1000;

/** Looks at records one after another. */
export interface Surveyor {
  add(cells: string[], line: number): void;
  done(bare: number): CsvSurvey;
}

/**
 * @throws UserError from `add` if a row has another number of cells than the first one (at the end of a line, empty
 * cells may be missing or too many), or if there are more columns than the memory allows.
 */
export function surveyor(what: string, maxMegabytes: number): Surveyor {
  const mostColumns = COLUMNS_A_MEGABYTE * maxMegabytes;
  let first: string[] | undefined;
  let [firstLine, rows, rowNames] = [1, 0, false];
  const columns: ColumnSurvey[] = [];
  return {
    add(cells, line) {
      if (!first) {
        first = cells;
        firstLine = line;
        return;
      }
      if (rows === 0) {
        rowNames = isNamed(first, cells);
        const width = Math.max(first.length, cells.length);
        if (width > mostColumns) {
          const most = `${mostColumns.toLocaleString("en")} columns (${COLUMNS_A_MEGABYTE} a megabyte of --max-megabytes)`;
          throw new UserError(`${what}, line ${line}: expected at most ${most}, got ${width.toLocaleString("en")}`);
        }
        for (let c = 0; c < width; c++) columns.push(newColumn());
      }
      const given = first.length + (rowNames ? 1 : 0);
      if (cells.length !== given) checkWidth(what, cells, line, first, given);
      while (columns.length < cells.length) columns.push(newColumn()); // of empty cells
      for (let c = 0; c < columns.length; c++) note(columns[c], cells[c] ?? "", rows, line);
      rows++;
    },
    done(bare) {
      while (columns.length < (first?.length ?? 0)) columns.push(newColumn()); // there is only a first record
      return {first: first ?? [], firstLine, rows, columns, bare, rowNames};
    },
  };
}

function newColumn(): ColumnSurvey {
  return {counts: new Uint32Array(CELL_KINDS), examples: [], words: new Map(), countsFrom: undefined};
}

function note(column: ColumnSurvey, cell: string, row: number, line: number): void {
  const kind = kindOf(cell);
  if (column.counts[kind]++ === 0) column.examples[kind] = {cell, line};
  if (row === 0) column.countsFrom = cell === "0" ? 0 : cell === "1" ? 1 : undefined;
  else if (column.countsFrom !== undefined && cell !== `${column.countsFrom + row}`) column.countsFrom = undefined;
  if (kind !== CellKind.words || !column.words) return;
  const word = cell.trim();
  column.words.set(word, (column.words.get(word) ?? 0) + 1);
  if (column.words.size > MOST_WORDS) column.words = undefined;
}

/** Whether a record has one cell more than the first record, and the last cell is not empty. */
function isNamed(first: readonly string[], second: readonly string[]): boolean {
  return second.length === first.length + 1 && second[second.length - 1].trim() !== "";
}

function checkWidth(what: string, cells: readonly string[], line: number, first: readonly string[], width: number) {
  const [from, longer] = cells.length > width ? [width, cells] : [cells.length, first];
  if (longer.slice(from).every((cell) => cell.trim() === "")) return;
  throw new UserError(
    `${what}, line ${line}: expected ${width} cell${width === 1 ? "" : "s"}, as in the lines before, got ${cells.length}`,
  );
}
