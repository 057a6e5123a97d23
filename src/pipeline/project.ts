import {basename, extname, resolve} from "node:path";
import {UserError} from "../nouns/options";
import {randomSource} from "../nouns/random";
import {draw} from "../plots/index";
import {evenRows} from "./data/tables/even-rows";
import {readTable} from "./data/tables/read-table";
import type {Table} from "./data/tables/table";
import {type ScaledRows, scaledRows} from "./maps/linear/scaled-rows";
import {type MapFacts, mapNotes} from "./maps/map-notes";
import {mapRows, type RowMap} from "./maps/map-rows";
import {projections} from "./maps/methods/index";
import type {ProjectFile} from "./project-options";
import {besides, tableFacts, tableWords} from "./project-table";
import {environment} from "./record/environment";
import {writeFresh} from "./record/fresh-name";
import {mapCsv} from "./record/map-csv";

export interface ProjectedFile extends MapFacts {
  readonly rows: number;
  readonly csv: string;
  readonly png: string;
  readonly json: string;
}

/** The map of a table. */
export type TableMap = Omit<RowMap, "nearest">;

const FEWEST_ROWS = 7;

/**
 * Makes a map of a user's own table, with a point for each row. It writes the coordinates beside the text columns of
 * the table, the picture, and a JSON file that says how the table was read and how far to trust the map. It never
 * overwrites an earlier result.
 *
 * @param say Receives lines about how the table was read, about each column that is not used, and about each row that
 * is left out.
 * @param mapped Has the map made, by others if it wants to; by default it is made here.
 * @throws UserError if the file is no table of numbers, has fewer than 7 rows that can be used, or rows that are all
 * alike.
 */
export async function projectFile(
  path: string,
  settings: ProjectFile,
  say: (line: string) => void,
  mapped: (make: () => Promise<TableMap>) => Promise<TableMap> = (make) => make(),
): Promise<ProjectedFile> {
  const {table, scaled} = await readyTable(path, settings);
  for (const line of tableWords(table, scaled)) say(line);
  checkRows(path, table, scaled);
  const {rows, label} = table;
  const {classNames, labels} = classesOf(table);
  const {points, ...facts} = await mapped(() => mapOf(table, scaled, settings, say));
  const picture = draw("scatter", {
    title: `${projections[settings.method].title} of ${basename(path)}`,
    points,
    labels,
    classNames: classNames.map((name) => name || "(none)"),
    wrong: new Uint8Array(0), // a table has no predictions, so none is wrong
    notes: mapNotes(facts, rows, "rows"),
  });
  const json = {
    format: "epochscope-map/1",
    table: resolve(path),
    ...tableFacts(table, scaled),
    classNames: label ? classNames : null,
    map: {method: settings.method, ...facts, unit: scaled.unit ?? null},
    options: settings,
    versions: environment().versions,
  };
  const paths = await writeFresh(settings.out, stemOf(path), {
    "-map.csv": mapCsv(points, besides(table), rows),
    "-map.png": picture.png,
    "-map.json": `${JSON.stringify(json, null, 1)}\n`,
  });
  return {...facts, rows, csv: paths[0], png: paths[1], json: paths[2]};
}

/**
 * The map of a table, without files.
 *
 * @throws UserError as `projectFile`.
 */
export async function mapOfTable(path: string, settings: ProjectFile, say: (line: string) => void): Promise<TableMap> {
  const {table, scaled} = await readyTable(path, settings);
  checkRows(path, table, scaled);
  return mapOf(table, scaled, settings, say);
}

async function mapOf(
  table: Omit<Table, "values">,
  {matrix}: ScaledRows,
  settings: ProjectFile,
  say: (line: string) => void,
): Promise<TableMap> {
  const context = {random: randomSource(settings.seed), say, ...(table.label ? {labels: classesOf(table).labels} : {})};
  const {nearest: _, ...map} = await mapRows(matrix, {...settings, scaling: "none"}, context);
  return map;
}

/** The classes that colour the points; one for all if no column does. */
function classesOf({rows, label}: Omit<Table, "values">) {
  const classNames = label ? [...new Set(label.cells)] : ["points"];
  const classOf = new Map(classNames.map((name, k) => [name, k]));
  const labels = Uint16Array.from({length: rows}, (_, i) => (label ? (classOf.get(label.cells[i]) ?? 0) : 0));
  return {classNames, labels};
}

/** The table without its numbers, which are needed once: of a million rows they are as large as all that follows. */
async function readyTable(path: string, settings: ProjectFile) {
  const most = Math.min(settings.points, projections[settings.method].mostPoints);
  const {values, ...table} = evenRows(await readTable(path, settings), most);
  return {table, scaled: scaledRows({...table, values}, settings)};
}

/** @throws UserError if a map of these rows would say nothing. */
function checkRows(path: string, {rows, allRows}: Omit<Table, "values">, {repeated}: ScaledRows): void {
  if (rows < FEWEST_ROWS) {
    const hint = rows < allRows ? " with a number in every column" : "";
    throw new UserError(`${path}: expected ${FEWEST_ROWS} rows or more${hint}, got ${rows}`);
  }
  if (repeated === rows - 1) throw new UserError(`${path}: expected rows that differ, got ${rows} that are all equal`);
}

/** The table's name without its endings: "trees" for "trees.csv.gz", "data-x" for "data.npz:x". */
function stemOf(path: string): string {
  const name = basename(path.replace(/\.npz:(?=[^/\\:]+$)/i, "-")).replace(/\.gz$/i, "");
  return basename(name, extname(name));
}
