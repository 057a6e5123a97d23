import {CellKind, kindOf} from "./cells";
import {firstRecords} from "./csv-records";
import type {TableOptions} from "./table";
import {separatorOf} from "./table";

/** How the text is laid out: the lines before the records, and the mark between their cells. */
export interface CsvLayout {
  readonly separator: string;
  /** How many lines stand before the first record that counts, such as "sep=;" or comments. */
  readonly skip: number;
  /** Whether the first record begins with "#". */
  readonly hash: boolean;
  /** Notes for the user about the lines that are skipped. */
  readonly notes: readonly string[];
}

/**
 * The candidates. Those that are rarest inside of cells come first: ";" and "," both cut "ash;1,5" into a word and a
 * number, and ";" is right.
 */
const NAMES: {readonly [separator: string]: string} = {
  "\t": "tabs",
  ";": "semicolons",
  "|": "bars",
  ",": "commas",
  " ": "blanks",
  "; ": "semicolons and blanks",
  ", ": "commas and blanks",
};
const CANDIDATES = Object.keys(NAMES);

export function nameOf(separator: string): string {
  return NAMES[separator] ?? JSON.stringify(separator);
}

/**
 * Lines that begin with "#" are comments, unless it is "#N/A" or another of a spreadsheet's words for a missing value.
 */
const COMMENT = /^#(?!(?:N\/A|NA|NV|DIV\/0!|VALUE!|REF!|NAME\?|NUM!|NULL!)(?!\w))/i;

/** How many records each candidate is judged by. */
const RECORDS = 1000;

/**
 * Finds the separator: it reads the beginning with each candidate, and takes the one that gives records of equal length
 * whose cells are numbers most often. If two are equally good, it takes the one that gives more columns.
 *
 * @param sample The beginning of the text, with lines ending in "\n".
 * @param cut Whether the text goes on after it.
 */
export async function layoutOf(
  sample: string,
  cut: boolean,
  {separator: wanted, decimal}: Pick<TableOptions, "separator" | "decimal">,
): Promise<CsvLayout> {
  const lines = sample.split("\n", 101);
  const notes: string[] = [];
  const named = /^"?sep=(.)"?[,;\t| ]*$/i.exec(lines[0])?.[1];
  let skip = named ? 1 : 0;
  while (skip < 100 && COMMENT.test(lines[skip] ?? "")) skip++;
  const comments = skip - (named ? 1 : 0);
  const body = lines.slice(0, skip).reduce((rest, line) => rest.slice(line.length + 1), sample);
  const given = separatorOf(wanted) || named;
  const separator = given ?? (await bestOf(body, cut, decimal));
  let hash = false;
  if (comments > 0) {
    const last = lines[skip - 1].replace(/^#+\s*/, "");
    const [names, row] = await Promise.all(
      [`${last}\n`, body].map(async (text) => (await firstRecords(text, separator, 1, false)).records[0]?.length ?? 0),
    );
    hash = names === row && names > 1; // "# a,b,c", as numpy writes names
    if (hash) skip--;
    if (comments > (hash ? 1 : 0)) notes.push(`lines that begin with # before the first row are left out`);
  }
  return {separator, skip, hash, notes};
}

async function bestOf(text: string, cut: boolean, decimal: TableOptions["decimal"]): Promise<string> {
  const readings = [];
  for (const separator of CANDIDATES) {
    if (decimal === "comma" && separator.startsWith(",")) continue;
    const {records, broken} = await firstRecords(text, separator, RECORDS, cut);
    if (records.length > 0) readings.push({separator, ...appraised(records, broken, decimal)});
  }
  // A separator that the text does not contain makes one column of any text. If another candidate finds several cells
  // in the first line, this one is wrong.
  const parted = readings.some(({separator, first}) => separator !== " " && first > 1);
  // In a table with tabs, blanks stand inside of cells and separate nothing.
  const tabbed = readings.some((reading) => reading.separator === "\t" && reading.isRegular && reading.score > 0.05);
  const weighed = readings
    .filter(({separator}) => separator !== " " || !tabbed)
    .map((reading) => ({...reading, score: reading.score * (reading.columns > 1 ? 1 : parted ? 0.01 : 0.5)}));
  const [single] = readings.filter((r) => r.columns === 1 && r.score > 0.9999).sort((a, b) => b.widest - a.widest);
  const best = weighed.reduce(
    (a, b) => ((b.score - a.score || b.columns - a.columns || b.widest - a.widest) > 0 ? b : a),
    {separator: ",", score: -1, columns: 0, widest: 0, first: 0, headerFits: true},
  );
  // one name above "1,5", "2,5", …: one column with decimal commas, not two columns of which one has no name
  return single && !parted && best.columns === 2 && !best.headerFits ? single.separator : best.separator;
}

function appraised(records: readonly string[][], broken: boolean, decimal: TableOptions["decimal"]) {
  const [first, ...rest] = records;
  const body = rest.length > 0 ? rest : [first];
  const columns = commonest(body.map(({length}) => length));
  const fitting = body.filter((cells) => fits(cells, columns));
  let [cells, points, commas, stray] = [0, 0, 0, false];
  for (const record of fitting) {
    for (const cell of record.slice(0, columns)) {
      const kind = kindOf(cell);
      if (/^\s+"/.test(cell)) stray = true; // a quotation mark after a blank, which does not open a quoted cell
      if (kind === CellKind.missing) continue;
      cells++;
      if (kind & CellKind.point) points++;
      if (kind & CellKind.comma) commas++;
    }
  }
  const numbers = decimal === "point" ? points : decimal === "comma" ? commas : Math.max(points, commas);
  const headerFits = fits(first, columns);
  const share = fitting.length / body.length;
  const orderly = share ** 2 * (headerFits ? 1 : 0.5) * (stray ? 0.9 : 1) * (broken ? 0.5 : 1);
  return {
    columns,
    score: orderly * ((numbers / Math.max(1, cells)) * 0.999 + 0.001),
    headerFits,
    isRegular: columns > 1 && share === 1 && headerFits,
    /** How many cells the first record has, and the longest one. Even with one column, lines may end in separators. */
    first: first.findLastIndex((cell) => cell.trim() !== "") + 1,
    widest: Math.max(...records.map(({length}) => length)),
  };
}

/** Whether a record fits the number of columns; empty cells may follow, because lines may end in separators. */
function fits(cells: readonly string[], columns: number): boolean {
  return cells.length >= columns && cells.slice(columns).every((cell) => cell.trim() === "");
}

function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}
