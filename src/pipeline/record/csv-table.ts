import {cell} from "../../escape/cell";

/** A table's columns, by heading, all of one length. */
export interface CsvColumns {
  readonly [heading: string]: readonly (string | number)[];
}

/** Words of a table that are remembered. */
const KNOWN_WORDS = 1000;

/** Rows that are written between two turns of the event loop. */
const ROWS_AT_ONCE = 2000;

/**
 * A table as CSV (RFC 4180, but lines end in "\n"): a header, then a line a row; words as `cell` escapes them, numbers as
 * they are. A cell with a comma or a quote is quoted.
 */
export function csvTable(columns: CsvColumns): string {
  return [...csvParts(columns)].join("");
}

/** The same, some rows at a time, between which `turn` is waited for: fifty thousand rows take a tenth of a second. */
export async function csvTableInTurns(columns: CsvColumns, turn: () => Promise<void>): Promise<string> {
  const parts: string[] = [];
  for (const part of csvParts(columns)) {
    parts.push(part);
    await turn();
  }
  return parts.join("");
}

function* csvParts(columns: CsvColumns): Generator<string> {
  const names = Object.keys(columns);
  const values = Object.values(columns);
  yield `${names.map(quoted).join(",")}\n`;
  // the same few words stand in most rows: each is escaped once
  const known = new Map<string, string>();
  const shown = (value: string | number): string | number => {
    if (typeof value === "number") return value;
    const made = known.get(value);
    if (made !== undefined) return made;
    const escaped = quoted(value);
    if (known.size < KNOWN_WORDS) known.set(value, escaped);
    return escaped;
  };
  const rows = values[0]?.length ?? 0;
  for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
    let part = "";
    for (let row = from; row < Math.min(rows, from + ROWS_AT_ONCE); row++) {
      part += `${values.map((column) => shown(column[row])).join(",")}\n`;
    }
    yield part;
  }
}

/** A word as a cell: escaped, and in quotes where it must be. */
export function quoted(value: string | number): string {
  const shown = cell(`${value}`);
  return /[",]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
