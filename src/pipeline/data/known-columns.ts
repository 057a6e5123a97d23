import {cell} from "../../escape/cell";
import {UserError} from "../../nouns/options";
import type {Split} from "../../nouns/samples";
import {readIfThere} from "./read-file";
import {firstRecords} from "./tables/csv-records";

/** What is known of each test image beside its label; "" where nothing is. */
export interface KnownColumn {
  readonly name: string;
  readonly values: readonly string[];
}

const MOST_BYTES = 256 * 2 ** 20;

/**
 * Reads what `--columns` names: a table with a column `index` (the image's place in the test split) or `file` (its path as samples.csv has it).
 *
 * @throws UserError that names the row, if the file is not of that form, or no row is of a test image.
 */
export async function readColumns(path: string, test: Pick<Split, "count" | "files">): Promise<KnownColumn[]> {
  const what = `--columns ${path}`;
  const bytes = await readIfThere(path, {most: MOST_BYTES});
  if (!bytes) throw new UserError(`${what}: expected a CSV file, got nothing there`);
  const text = new TextDecoder("utf-8").decode(bytes).replaceAll(/\r\n?/g, "\n");
  const table = await tableOf(what, text);
  const [header, ...rows] = table;
  const [byIndex, byFile] = [header.indexOf("index"), header.indexOf("file")];
  const places = new Map(test.files?.map((file, n) => [cell(file), n]));
  const names = header.filter((name, at) => at !== byIndex && at !== byFile && name.trim() !== "");
  const columns = names.map((name) => ({name, values: new Array<string>(test.count).fill("")}));
  let known = 0;
  for (const [n, cells] of rows.entries()) {
    const place = placeOf(`${what}: row ${n + 2}`, cells[byIndex], cells[byFile], {count: test.count, places});
    if (place === undefined) continue; // of another split
    known++;
    for (const column of columns) column.values[place] = cells[header.indexOf(column.name)]?.trim() ?? "";
  }
  if (known === 0) throw new UserError(`${what}: expected rows of test images, got none of ${rows.length}`);
  return columns;
}

async function tableOf(what: string, text: string): Promise<string[][]> {
  for (const separator of [",", ";", "\t"]) {
    const {records, broken} = await firstRecords(text, separator, Number.MAX_SAFE_INTEGER, false);
    const [header = []] = records;
    if (!broken && header.length > 1 && (header.includes("index") || header.includes("file"))) return records;
  }
  throw new UserError(`${what}: expected a table with a column index or file and another, got none`);
}

function placeOf(
  where: string,
  index: string | undefined,
  file: string | undefined,
  {count, places}: {readonly count: number; readonly places: ReadonlyMap<string, number>},
): number | undefined {
  if (file && places.size > 0) return places.get(file);
  const place = Number(index || Number.NaN);
  if (Number.isInteger(place) && place >= 0 && place < count) return place;
  throw new UserError(`${where}: expected the place of a test image below ${count}, got "${index ?? ""}"`);
}
