import {cell} from "../../escape/cell";

/** A table's columns, by heading, all of one length. */
export interface CsvColumns {
  readonly [heading: string]: readonly (string | number)[];
}

/**
 * A table as CSV (RFC 4180, but lines end in "\n"): a header, then a line a row; words as `cell` escapes them, numbers as
 * they are. A cell with a comma or a quote is quoted.
 */
export function csvTable(columns: CsvColumns): string {
  const names = Object.keys(columns);
  const values = Object.values(columns);
  const lines = [names.map(quoted).join(",")];
  for (let row = 0; row < (values[0]?.length ?? 0); row++) {
    lines.push(values.map((column) => (typeof column[row] === "number" ? column[row] : quoted(column[row]))).join(","));
  }
  return `${lines.join("\n")}\n`;
}

/** A word as a cell: escaped, and in quotes where it must be. */
export function quoted(value: string | number): string {
  const shown = cell(`${value}`);
  return /[",]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
