import {cell} from "../../escape/cell";

/** A table's columns by their headings; all have the same length. */
export interface CsvColumns {
  readonly [heading: string]: readonly (string | number)[];
}

/** How many words of a table are remembered. */
const KNOWN_WORDS = 1000;

/**
 * A table as CSV (RFC 4180, but lines end in "\n"): a header, then one line for each row. Words are escaped by `cell`,
 * numbers are unchanged. A cell with a comma or a quote is quoted.
 */
export function csvTable(columns: CsvColumns): string {
  const values = Object.values(columns);
  // most rows contain the same few words, so each is escaped once
  const known = new Map<string, string>();
  const shown = (value: string | number): string | number => {
    if (typeof value === "number") return value;
    const made = known.get(value);
    if (made !== undefined) return made;
    const escaped = quoted(value);
    if (known.size < KNOWN_WORDS) known.set(value, escaped);
    return escaped;
  };
  let table = `${Object.keys(columns).map(quoted).join(",")}\n`;
  const rows = values[0]?.length ?? 0;
  for (let row = 0; row < rows; row++) table += `${values.map((column) => shown(column[row])).join(",")}\n`;
  return table;
}

/** A word as a cell: escaped, and in quotes if it must be. */
export function quoted(value: string | number): string {
  const shown = cell(`${value}`);
  return /[",]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
