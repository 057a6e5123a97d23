import {between, type OptionTable, oneOf} from "../../../nouns/options";
import type {Decimal} from "./cells";

/** How a table file is to be read. */
export interface TableOptions {
  /** The column that colours the points, by its name or its place; "": the first with few different words. */
  readonly label: string;
  readonly missing: "drop-rows" | "mean" | "refuse";
  readonly header: boolean;
  readonly noHeader: boolean;
  readonly separator: string;
  readonly decimal: "auto" | Decimal;
  readonly encoding: string;
  /** The most memory that the unpacked file may take, and that its numbers may take in double precision. */
  readonly maxMegabytes: number;
}

export const tableOptions: OptionTable<TableOptions> = {
  label: {
    default: "",
    help: "the column that colours the points, by name or place (1, 2, …; -1 is the last); default: the first with few different words; of a .npz also an array",
  },
  missing: {
    default: "drop-rows",
    help: "a row without a number in some column: drop-rows leaves it out, mean fills in the column's mean, refuse ends",
    check: oneOf("drop-rows", "mean", "refuse"),
  },
  header: {default: false, help: "the first line names the columns, though it looks like a row"},
  noHeader: {default: false, help: "the first line is a row, though it looks like names"},
  separator: {
    default: "auto",
    help: "between cells: auto, comma, semicolon, tab, space, pipe, or the character itself",
    check: (word) =>
      separatorOf(word) === undefined ? "auto, comma, semicolon, tab, space, pipe or one character" : undefined,
  },
  decimal: {default: "auto", help: "before decimals: point, comma, or auto", check: oneOf("auto", "point", "comma")},
  encoding: {
    default: "auto",
    help: "of the text: auto (UTF-8, UTF-16, else Windows-1252), or a name that browsers know (shift_jis)",
    check: (name) =>
      name === "auto" || isEncoding(name) ? undefined : "auto or the name of an encoding that browsers know",
  },
  maxMegabytes: {
    default: 1024,
    help: "the largest table that is read, unpacked and as numbers in double precision",
    check: between(1, 1e6),
  },
};

const SEPARATORS: {readonly [name: string]: string} = {
  auto: "",
  comma: ",",
  semicolon: ";",
  tab: "\t",
  space: " ",
  pipe: "|",
  "\\t": "\t",
};

/** @returns The character of `--separator`; "" if it must be found; undefined if it is not a separator. */
export function separatorOf(word: string): string | undefined {
  if (Object.hasOwn(SEPARATORS, word)) return SEPARATORS[word];
  return /^[^\r\n"\d\p{L}]$/u.test(word) ? word : undefined;
}

function isEncoding(name: string): boolean {
  try {
    return Boolean(new TextDecoder(name));
  } catch {
    return false; // a RangeError: there is no encoding of this name
  }
}

/** A column of words, or one that is treated as words: its text in each row. */
export interface WordColumn {
  readonly name: string;
  readonly cells: readonly string[];
}

/** A column of the file that is not among the numbers, and why. */
export interface UnusedColumn {
  readonly name: string;
  /** The column's number, from 1. */
  readonly place: number;
  readonly reason: string;
}

/** The content of a file: numbers to map, and the columns that are not numbers. */
export interface Table {
  /** How many rows are kept. */
  readonly rows: number;
  /** How many rows the file has. */
  readonly allRows: number;
  /** How many columns of numbers are used. */
  readonly columns: number;
  /** `[row * columns + column]`, all finite; in single precision only if the file's numbers have no more. */
  readonly values: Float64Array | Float32Array;
  /** The names of the columns of numbers, which are all different. */
  readonly names: readonly string[];
  /** The place of each of these columns in the file, from 1. */
  readonly columnPlaces: readonly number[];
  /** The columns that are not numbers, and the label's column. All names of columns are different. */
  readonly words: readonly WordColumn[];
  /** The one of `words` that colours the points. */
  readonly label?: WordColumn;
  /** The number of each kept row in the file, from 1, without the header. */
  readonly places: Uint32Array;
  readonly unused: readonly UnusedColumn[];
  /** How the file was read: "csv, comma between cells, …". */
  readonly form: string;
  /** Other notes for the user, in whole sentences: rows left out, cells filled in, names changed. */
  readonly notes: readonly string[];
}

/** Rows and columns as they were read, before rows without all numbers are left out. */
export interface RawTable extends Omit<Table, "places" | "label" | "allRows"> {
  /** NaN if there is no number. */
  readonly values: Float64Array | Float32Array;
  /** The place of a row, for messages: "line 12". */
  placeOf(row: number): string;
  /** The text of such a cell, as it is in the file. */
  textOf?(row: number, column: number): string | undefined;
  /** The index in `words` of the label's column; -1 if there is none. */
  readonly labelWords: number;
}
