import {UserError} from "../options";

export interface CsvTable {
  readonly rows: number;
  /** Of the columns that hold numbers, `[row * headings.length + column]`. */
  readonly values: Float32Array;
  readonly headings: readonly string[];
  /** The columns that do not, by heading. */
  readonly words: {readonly [heading: string]: readonly string[]};
}

/**
 * Reads a table of numbers: comma, semicolon or tab between cells (whichever the first line has most of), quotes as in
 * RFC 4180. The first line is a header if any of its cells is no number; else columns are named 1, 2, ….
 *
 * @param what Named in errors: the file.
 * @throws UserError where a row has another number of cells than the first, or nothing is a number.
 */
export function parseCsv(text: string, what: string): CsvTable {
  const first = text.slice(0, text.indexOf("\n") + 1 || text.length);
  const separator = [",", ";", "\t"].reduce((a, b) => (first.split(b).length > first.split(a).length ? b : a));
  const lines = cellsOf(text, separator).filter((cells) => cells.length > 1 || cells[0] !== "");
  const hasHeader = lines.length > 0 && !lines[0].every(isNumber);
  const names = hasHeader ? lines[0] : (lines[0] ?? []).map((_, c) => `${c + 1}`);
  const body = lines.slice(hasHeader ? 1 : 0);
  body.forEach((cells, r) => {
    if (cells.length === names.length) return;
    throw new UserError(`${what}: expected ${names.length} cells in every row, got ${cells.length} in row ${r + 1}`);
  });
  const numeric = names.map((_, c) => c).filter((c) => body.length > 0 && body.every((cells) => isNumber(cells[c])));
  if (numeric.length === 0)
    throw new UserError(`${what}: expected a column of numbers, got none in ${body.length} rows`);
  const values = new Float32Array(body.length * numeric.length);
  body.forEach((cells, r) => {
    numeric.forEach((c, q) => {
      values[r * numeric.length + q] = Number(cells[c]);
    });
  });
  const others = names.map((_, c) => c).filter((c) => !numeric.includes(c));
  return {
    rows: body.length,
    values,
    headings: numeric.map((c) => names[c]),
    words: Object.fromEntries(others.map((c) => [names[c], body.map((cells) => cells[c])])),
  };
}

function isNumber(cell: string): boolean {
  return cell.trim() !== "" && Number.isFinite(Number(cell));
}

function cellsOf(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[i + 1] === '"') cell += text[i++];
      else quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === separator || letter === "\n") {
      row.push(cell);
      cell = "";
      if (letter === "\n") rows.push(row);
      if (letter === "\n") row = [];
    } else if (letter !== "\r") cell += letter;
  }
  if (cell || row.length > 0) rows.push([...row, cell]);
  return rows;
}
