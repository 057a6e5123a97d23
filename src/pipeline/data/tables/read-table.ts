import {stat} from "node:fs/promises";

import {UserError} from "../../../nouns/options";
import {readCsv} from "./csv-table";
import {completed} from "./missing";
import {isNpy} from "./npy-header";
import {readNpyTable, readNpzTable} from "./npy-table";
import type {RawTable, Table, TableOptions, WordColumn} from "./table";
import {openTableFile, type TableFile} from "./table-file";
import {isZip} from "./zip";

/** The most different words in a column that becomes the label by default, and in one that the user names. */
const [FEW_WORDS, MOST_WORDS] = [60, 1000];

/**
 * Reads a table of numbers: text (CSV, TSV and their kin), .npy, or an array of a .npz, each plain or (not .npz) packed
 * by gzip. The bytes of the file tell what kind it is.
 *
 * @param path For an array of a .npz: "file.npz:name".
 * @throws UserError in one line that names the file, if it is something else, is damaged or too large, or contains no
 * numbers.
 */
export async function readTable(path: string, options: TableOptions): Promise<Table> {
  if (options.header && options.noHeader)
    throw new UserError("--header: expected only one of --header and --no-header, got both");
  const {path: name, array} = await partsOf(path);
  const raw = await rawTable(await openTableFile(name, options.maxMegabytes), array, options);
  const {labelWords} = raw;
  const table = completed(name, raw, options.missing);
  const label = labelWords >= 0 ? table.words[labelWords] : table.words.find(hasFewWords);
  if (labelWords >= 0 && label && wordsOf(label) > MOST_WORDS) {
    const got = wordsOf(label).toLocaleString("en");
    throw new UserError(`--label: expected at most ${MOST_WORDS} different values, got ${got} in "${label.name}"`);
  }
  return label ? {...table, label} : table;
}

async function rawTable(file: TableFile, array: string | undefined, options: TableOptions): Promise<RawTable> {
  const {head, path} = file;
  if (isZip(head) && !isWorkbook(head)) return readNpzTable(file, array, options);
  if (array !== undefined)
    throw new UserError(`${path}: expected a .npz file that has "${array}", got another kind of file`);
  if (isNpy(head)) return readNpyTable(file, options);
  const other = foreign(head);
  if (other) throw new UserError(`${path}: expected a CSV, .npy or .npz file, got ${other}`);
  if (/\.npy(\.gz)?$/i.test(path)) throw new UserError(`${path}: expected a .npy file, got other bytes`);
  if (/\.npz$/i.test(path)) throw new UserError(`${path}: expected a .npz file, got other bytes`);
  return readCsv(file, options);
}

/** The place where the file's name ends and the array's name begins; a file may have a colon in its own name. */
async function partsOf(path: string): Promise<{path: string; array?: string}> {
  const isThere = (file: string) =>
    stat(file).then(
      (found) => found.isFile(),
      () => false, // if it is not there, openTableFile says why
    );
  if (!path.includes(":") || (await isThere(path))) return {path};
  const partAt = (at: number) => ({path: path.slice(0, at), array: path.slice(at + 1).replace(/\.npy$/, "")});
  for (let at = path.lastIndexOf(":"); at > 0; at = path.lastIndexOf(":", at - 1)) {
    if (await isThere(path.slice(0, at))) return partAt(at);
  }
  const named = path.search(/(?<=\.npz):[^/\\]*$/i);
  return named > 0 ? partAt(named) : {path};
}

function isWorkbook(head: Uint8Array): boolean {
  const name = Buffer.from(head.subarray(30, 80)).toString("latin1");
  return /^(\[Content_Types\]|_rels|xl|docProps|mimetype)/.test(name);
}

/** Recognises other kinds of files in which people keep tables, by their first bytes. */
function foreign(head: Uint8Array): string | undefined {
  if (isZip(head)) return "a spreadsheet: save it as CSV";
  const begin = Buffer.from(head.subarray(0, 16)).toString("latin1");
  const kinds: readonly (readonly [begin: string, kind: string])[] = [
    ["PAR1", "a Parquet file: save it as CSV or .npy"],
    ["\x89HDF\r\n", "an HDF5 file: save the array as .npy"],
    ["SQLite format 3", "an SQLite database: save the table as CSV"],
    ["\xd0\xcf\x11\xe0", "an old spreadsheet (.xls): save it as CSV"],
    ["ARROW1", "an Arrow file: save it as CSV or .npy"],
    ["\x89PNG", "a PNG image"],
    ["\xff\xd8\xff", "a JPEG image"],
    ["%PDF", "a PDF file"],
    ["\x80\x04\x95", "a Python pickle: save the array as .npy"],
  ];
  return kinds.find(([first]) => begin.startsWith(first))?.[1];
}

/** Whether the words are few enough to tell them apart by colour, and are not different in each row. */
function hasFewWords(column: WordColumn): boolean {
  const words = wordsOf(column);
  return words <= FEW_WORDS && (words < column.cells.length || words === 1);
}

function wordsOf({cells}: WordColumn): number {
  return new Set(cells).size;
}
