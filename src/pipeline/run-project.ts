import {basename, extname, join} from "node:path";

import {scatter} from "../plots/scatter";
import {type MapFacts, mapNotes} from "./analysis/map-notes";
import {type MapSettings, mapRows} from "./analysis/map-rows";
import {projections} from "./analysis/projection/index";
import {readTable, type Table} from "./data/table-file";
import {UserError} from "./options";
import {randomSource} from "./random";
import {mapCsv} from "./record/map-csv";
import {makeFolder, writeWhole} from "./record/write-whole";

export interface ProjectFile extends MapSettings {
  /** The column of a CSV whose words colour the points; "": the first with few different ones, if there is any. */
  readonly label: string;
  readonly seed: number;
  /** The folder that `<name>-map.csv` and `<name>-map.png` are written to. */
  readonly out: string;
}

export interface ProjectedFile extends MapFacts {
  readonly rows: number;
  readonly csv: string;
  readonly png: string;
}

/** Words of a column that can be told apart by colour. */
const MOST_CLASSES = 60;
const FEWEST_ROWS = 7;

/**
 * Makes a map of a user's own matrix: a CSV, or a .npy of two dimensions, one point a row. Writes its coordinates
 * beside the words of the file, and its picture.
 *
 * @throws UserError if the file is something else, holds NaN, or has fewer than 7 rows.
 */
export async function projectFile(
  path: string,
  settings: ProjectFile,
  say: (line: string) => void,
): Promise<ProjectedFile> {
  const table = await readTable(path);
  const {rows, columns, values, words} = table;
  if (rows < FEWEST_ROWS) throw new UserError(`${path}: expected ${FEWEST_ROWS} rows or more, got ${rows}`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new UserError(`${path}: expected finite numbers, got ${values[bad]} in row ${Math.floor(bad / columns) + 1}`);
  const {title, mostPoints} = projections[settings.method];
  if (rows > mostPoints) {
    throw new UserError(`--method ${settings.method}: expected at most ${mostPoints} rows, got ${rows}`);
  }
  const heading = labelColumn(words, settings.label);
  const classNames = heading ? [...new Set(words[heading])] : ["points"];
  const labels = Uint16Array.from({length: rows}, (_, i) => (heading ? classNames.indexOf(words[heading][i]) : 0));
  const random = randomSource(settings.seed);
  const {
    points,
    nearest: _,
    ...facts
  } = await mapRows({rows, columns, values}, settings, {
    random,
    say,
    ...(heading ? {labels} : {}),
  });
  const name = basename(path, extname(path));
  await makeFolder(settings.out);
  const [csv, png] = [join(settings.out, `${name}-map.csv`), join(settings.out, `${name}-map.png`)];
  await writeWhole(csv, mapCsv(points, words, rows));
  const picture = scatter({
    title: `${title} of ${basename(path)}`,
    points,
    labels,
    classNames,
    wrong: new Uint8Array(0), // nobody guessed
    notes: mapNotes(facts, rows, "rows"),
  });
  await writeWhole(png, picture.png);
  return {...facts, rows, csv, png};
}

function labelColumn(words: Table["words"], wanted: string): string | undefined {
  if (wanted && !words[wanted]) {
    const known = Object.keys(words).join(", ") || "none";
    throw new UserError(`--label: expected a column of words (there are: ${known}), got "${wanted}"`);
  }
  if (wanted) return wanted;
  return Object.keys(words).find((heading) => new Set(words[heading]).size <= MOST_CLASSES);
}
