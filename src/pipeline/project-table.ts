import {counted} from "./data/tables/counted";
import type {Table, UnusedColumn} from "./data/tables/table";
import type {ScaledRows} from "./maps/linear/scaled-rows";
import type {MapColumns} from "./record/map-csv";

/**
 * @file The facts about a table that `map` gives: in the terminal, in the map's JSON, and in columns beside the
 * coordinates.
 */

/** The most names in one line of the terminal; the JSON has all. */
const MOST_NAMES = 200;

/**
 * One line each for how the table was read, for the columns that are not used (with the reason), and for every other
 * change.
 */
export function tableWords(table: Omit<Table, "values">, scaled: ScaledRows): string[] {
  const {rows, form, label} = table;
  const {unused, columns, notes} = tableFacts(table, scaled);
  const lines = [`table    ${counted(rows, "row")}, ${counted(columns.length, "column")} of numbers: ${form}`];
  const reasons = new Map<string, string[]>();
  for (const {name, reason} of unused) {
    const names = reasons.get(reason) ?? []; // added to in place, not copied: there may be 100,000
    names.push(`"${name}"`);
    reasons.set(reason, names);
  }
  for (const [reason, names] of reasons) {
    const more = names.length - MOST_NAMES;
    const list = names.slice(0, MOST_NAMES).join(", ") + (more > 0 ? ` and ${more.toLocaleString("en")} more` : "");
    lines.push(`not used ${list}: ${reason}`);
  }
  for (const note of notes) lines.push(`note     ${note}`);
  if (label) lines.push(`colours  by "${label.name}", ${counted(new Set(label.cells).size, "value")}`);
  return lines;
}

/** The same facts for the JSON. */
export function tableFacts(table: Omit<Table, "values">, {constant, repeated, matrix}: ScaledRows) {
  const leftOut = new Set(matrix.columns < table.columns ? constant : []);
  const names = table.names.filter((_, c) => !leftOut.has(c));
  const same = table.names.flatMap((name, c) => (leftOut.has(c) ? [{name, place: table.columnPlaces[c]}] : []));
  const reason = "it is the same number in every row";
  const unused: UnusedColumn[] = [...table.unused, ...same.map((column) => ({...column, reason}))];
  const alike = repeated === 1 ? "1 row equals" : `${repeated.toLocaleString("en")} rows equal`;
  return {
    read: table.form,
    rows: table.rows,
    allRows: table.allRows,
    columns: names,
    unused: unused.sort((a, b) => a.place - b.place),
    notes: [
      ...table.notes,
      ...(repeated > 0
        ? [`${alike} a row before, to the seven digits that a map is made of: on the map they share a place, or nearly`]
        : []),
    ],
    label: table.label?.name ?? null,
  };
}

/**
 * Columns of the map's CSV beside its coordinates: each row's number in the table, and the text columns of the table.
 */
export function besides({places, words}: Pick<Table, "places" | "words">): MapColumns {
  const own = new Set(["x", "y", "z", "row"]);
  return {
    row: places,
    ...Object.fromEntries(words.map(({name, cells}) => [own.has(name) ? `${name} (table)` : name, cells])),
  };
}
