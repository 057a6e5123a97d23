import {UserError} from "../../../nouns/options";
import {counted} from "./counted";
import type {RawTable, Table, TableOptions, WordColumn} from "./table";

/** How many columns a sentence names. */
const MOST_NAMED = 6;

/** The table without NaN and infinity, and sentences that say what was done with the rows that lack a number. */
export function completed(path: string, raw: RawTable, missing: TableOptions["missing"]): Omit<Table, "label"> {
  const {rows, columns, values, names, columnPlaces, words, unused, form} = raw;
  const kind = {allRows: rows, columns, names, columnPlaces, unused, form};
  const gaps = gapsOf(raw);
  const places = Uint32Array.from({length: rows}, (_, r) => r + 1);
  if (gaps.cells === 0) return {...kind, rows, values, words, places, notes: raw.notes};
  if (missing === "refuse") {
    const {row, column} = gaps.first;
    const got = raw.textOf?.(row, column);
    throw new UserError(
      `${path}, ${raw.placeOf(row)}: expected a finite number in "${names[column]}", got ${got === undefined ? values[row * columns + column] : `"${got}"`} (--missing drop-rows or mean can go on without it)`,
    );
  }
  const infinite =
    gaps.infinite > 0
      ? `; ${counted(gaps.infinite, "cell")} of them ${gaps.infinite === 1 ? "is" : "are"} infinite`
      : "";
  const where = `${listed(raw, gaps)}${infinite}`;
  if (missing === "mean") {
    const notes = [
      ...raw.notes,
      `${counted(gaps.cells, "cell")} without a finite number filled in with the column's mean: ${where}`,
    ];
    return {...kind, rows, values: filled(raw), words, places, notes};
  }
  const kept = places.filter((place) => !gaps.rows[place - 1]);
  const notes = [
    ...raw.notes,
    `${counted(rows - kept.length, "row")} of ${rows.toLocaleString("en")} left out, without a finite number in ${where} (--missing mean keeps them)`,
  ];
  const cut = (column: WordColumn) => ({
    name: column.name,
    cells: Array.from(kept, (place) => column.cells[place - 1]),
  });
  return {
    ...kind,
    rows: kept.length,
    values: keptRows(
      raw,
      kept.map((place) => place - 1),
    ),
    words: words.map(cut),
    places: kept,
    notes,
  };
}

interface Gaps {
  readonly cells: number;
  readonly infinite: number;
  /** 1 for each row that lacks a number. */
  readonly rows: Uint8Array;
  /** For each column, how many numbers are missing, and the row of the first one. */
  readonly columns: Uint32Array;
  readonly firstRows: Uint32Array;
  readonly first: {readonly row: number; readonly column: number};
}

function gapsOf({rows, columns, values}: RawTable): Gaps {
  const marked = new Uint8Array(rows);
  const counts = new Uint32Array(columns);
  const firstRows = new Uint32Array(columns);
  let [cells, infinite] = [0, 0];
  let first = {row: 0, column: 0};
  for (let r = 0, e = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, e++) {
      if (values[e] - values[e] === 0) continue; // finite
      if (cells++ === 0) first = {row: r, column: c};
      if (!Number.isNaN(values[e])) infinite++;
      if (counts[c]++ === 0) firstRows[c] = r;
      marked[r] = 1;
    }
  }
  return {cells, infinite, rows: marked, columns: counts, firstRows, first};
}

function listed({names, placeOf}: RawTable, {columns, firstRows}: Gaps): string {
  const found = names.flatMap((name, c) => (columns[c] > 0 ? [{name, count: columns[c], row: firstRows[c]}] : []));
  const shown = found.slice(0, MOST_NAMED).map(({name, count, row}) => {
    return `"${name}" (${count === 1 ? placeOf(row) : `${count.toLocaleString("en")} times, first in ${placeOf(row)}`})`;
  });
  const more = found.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more.toLocaleString("en")} more columns` : "");
}

/** Fills each gap with the mean of the column's finite numbers. It is a running mean, so that no sum can overflow. */
function filled({rows, columns, values}: RawTable): Float64Array {
  const out = Float64Array.from(values);
  for (let c = 0; c < columns; c++) {
    let [mean, count] = [0, 0];
    for (let r = 0; r < rows; r++) {
      const value = values[r * columns + c];
      if (Number.isFinite(value)) mean += value / ++count - mean / count;
    }
    for (let r = 0; r < rows; r++) if (!Number.isFinite(out[r * columns + c])) out[r * columns + c] = mean;
  }
  return out;
}

/** The numbers of some rows, in an array of the same kind. @param kept Rows, from 0. */
export function keptRows({columns, values}: Pick<RawTable, "columns" | "values">, kept: Uint32Array) {
  const out = new (values.constructor as Float64ArrayConstructor)(kept.length * columns); // of its own kind
  kept.forEach((row, r) => {
    out.set(values.subarray(row * columns, (row + 1) * columns), r * columns);
  });
  return out;
}
