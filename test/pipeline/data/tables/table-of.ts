import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {resolveOptions} from "../../../../src/nouns/options";
import {readTable} from "../../../../src/pipeline/data/tables/read-table";
import {type Table, type TableOptions, tableOptions} from "../../../../src/pipeline/data/tables/table";
import {temporaryFolder} from "../../../support/idx-files";

let folder: string | undefined;

/** A file of these bytes that goes with the test. */
export function fileOf(content: string | Uint8Array, name = "t.csv"): string {
  folder ??= temporaryFolder();
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The table that the program reads from such a file. */
export function tableOf(
  content: string | Uint8Array,
  options: Partial<TableOptions> = {},
  name = "t.csv",
): Promise<Table> {
  return readTable(fileOf(content, name), resolveOptions(tableOptions, options, "--"));
}

/** A table's numbers row by row. */
export function rowsOf({rows, columns, values}: Table): number[][] {
  return Array.from({length: rows}, (_, r) => [...values.subarray(r * columns, (r + 1) * columns)]);
}
