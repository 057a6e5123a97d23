import {keptRows} from "./missing";
import type {Table, WordColumn} from "./table";

/** The table with at most this many of its rows, evenly spaced, and a note that says so. */
export function evenRows(table: Table, most: number): Table {
  const {rows, words, label, places, notes} = table;
  if (rows <= most) return table;
  const kept = Uint32Array.from({length: most}, (_, i) => Math.floor((i * rows) / most));
  const cut = ({name, cells}: WordColumn) => ({name, cells: Array.from(kept, (r) => cells[r])});
  const columns = words.map(cut);
  const labelled = label ? {label: columns[words.indexOf(label)]} : {};
  const [left, all] = [rows - most, rows].map((n) => n.toLocaleString("en"));
  return {
    ...table,
    ...labelled,
    rows: most,
    values: keptRows(table, kept),
    words: columns,
    places: kept.map((r) => places[r]),
    notes: [...notes, `${left} of ${all} rows left out, evenly: a map of all would take too long (--points)`],
  };
}
