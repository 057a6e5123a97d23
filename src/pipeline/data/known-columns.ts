import {cell} from "../../escape/cell";
import {UserError} from "../../nouns/options";
import type {Split} from "../../nouns/samples";
import {readIfThere} from "./read-file";
import {firstRecords} from "./tables/csv-records";

/** A fact about each test image, other than its label; "" if it is not known. */
export interface KnownColumn {
  readonly name: string;
  readonly values: readonly string[];
}

export interface KnownColumns {
  readonly columns: readonly KnownColumn[];
  /** One line that says what was left out and what is missing; null if there is nothing to say. */
  readonly note: string | null;
}

const MOST_BYTES = 256 * 2 ** 20;

/**
 * Reads what `--columns` names: a table with a column `index` (the image's place in the test split) or `file` (its path
 * as in samples.csv).
 *
 * @throws UserError that names the row, if the file does not have that form, or no row belongs to a test image.
 */
export async function readColumns(path: string, test: Pick<Split, "count" | "files">): Promise<KnownColumns> {
  const what = `--columns ${path}`;
  const bytes = await readIfThere(path, {most: MOST_BYTES});
  if (!bytes) throw new UserError(`${what}: expected a CSV file, got nothing there`);
  const text = new TextDecoder("utf-8").decode(bytes).replaceAll(/\r\n?/g, "\n");
  const table = await tableOf(what, text);
  const [header, ...rows] = table;
  const [byIndex, byFile] = [header.indexOf("index"), header.indexOf("file")];
  const places = new Map(test.files?.map((file, n) => [cell(file), n]));
  const kept = header.flatMap((name, at) =>
    at !== byIndex && at !== byFile && name.trim() !== "" ? [{name, at}] : [],
  );
  const columns = kept.map(({name, at}) => {
    const before = kept.filter((other) => other.name === name && other.at < at).length;
    const own = before ? `${name} (${before + 1})` : name; // two columns with the same name remain two columns
    return {at, name: own, values: new Array<string>(test.count).fill("")};
  });
  const known = new Set<number>();
  let elsewhere = 0;
  for (const [n, cells] of rows.entries()) {
    const place = placeOf(`${what}: row ${n + 2}`, cells[byIndex], cells[byFile], {count: test.count, places});
    if (place === undefined) {
      elsewhere++; // the row belongs to another split, or to no image
      continue;
    }
    known.add(place);
    for (const {at, values} of columns) values[place] = cells[at]?.trim() ?? "";
  }
  if (known.size === 0) throw new UserError(`${what}: expected rows of test images, got none of ${rows.length}`);
  const without = test.count - known.size;
  const notes = [
    ...(elsewhere ? [`${rowsWord(elsewhere)} left out, of files that are no test images`] : []),
    ...(without ? [`nothing is known of ${without} of ${test.count} test images`] : []),
  ];
  return {
    columns: columns.map(({name, values}) => ({name, values})),
    note: notes.length ? `${what}: ${notes.join("; ")}` : null,
  };
}

const rowsWord = (count: number) => `${count} ${count === 1 ? "row" : "rows"}`;

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
