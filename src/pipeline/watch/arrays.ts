import {basename} from "node:path";

import {UserError} from "../../nouns/options";
import {type NpyRows, readNpy} from "../data/tables/npy";
import {openTableFile, type TableFile} from "../data/tables/table-file";
import {isZip, zipBytes, zipEntries} from "../data/tables/zip";

/** Arrays by their names. */
export type Arrays = ReadonlyMap<string, NpyRows>;

/** The largest array that is read. */
const MOST_MEGABYTES = 8192;

/**
 * Reads the arrays of a .npz file, or of .npy files, each by its file's name. Arrays with other names are not read.
 *
 * @param names The names that count.
 * @throws UserError that names the file, if one is damaged or is not an array of numbers.
 */
export async function readArrays(paths: readonly string[], names: readonly string[]): Promise<Arrays> {
  const found = new Map<string, NpyRows>();
  for (const path of paths) {
    const file = await openTableFile(path, MOST_MEGABYTES);
    if (isZip(file.head)) {
      for (const entry of await zipEntries(file)) {
        const name = entry.name.replace(/\.npy$/, "");
        if (names.includes(name)) found.set(name, await whole(`${path}:${name}`, zipBytes(file, entry), entry.size));
      }
      continue;
    }
    const name = basename(path).replace(/\.npy$/i, "");
    if (names.includes(name)) found.set(name, await wholeFile(path, file));
  }
  return found;
}

async function wholeFile(path: string, file: TableFile): Promise<NpyRows> {
  if (file.gzip) throw new UserError(`${path}: expected a .npy file, got one packed by gzip: unpack it first`);
  return whole(path, file.chunks(), file.size);
}

/** An array of a single number is always short. */
const SHORT = 4096;

/**
 * Reads an array to its end, so that its checksum is checked. A single number, which has no rows, is read as one row
 * with one number.
 */
async function whole(what: string, bytes: AsyncGenerator<Uint8Array>, size: number | undefined): Promise<NpyRows> {
  try {
    if (size !== undefined && size <= SHORT) {
      const parts: Uint8Array[] = [];
      for await (const part of bytes) parts.push(part);
      const all = asRow(Buffer.concat(parts));
      const rows = [all][Symbol.iterator]();
      return await readNpy(what, {next: async () => rows.next()}, all.length, MOST_MEGABYTES);
    }
    const array = await readNpy(what, bytes, size, MOST_MEGABYTES);
    while (!(await bytes.next()).done);
    return array;
  } finally {
    await bytes.return(undefined);
  }
}

/**
 * Turns a .npy file of shape () into one of shape (1,). Its header is filled up with blanks, so there is room for this.
 */
function asRow(npy: Buffer): Buffer {
  const at = npy.indexOf("'shape': ()");
  if (at < 0) return npy;
  const row = Buffer.from(npy);
  row.write("'shape': (1,)", at, "latin1"); // over the blanks, and over the end of the dictionary
  const rest = npy.indexOf("\n", at);
  row.write("}".padEnd(rest - at - "'shape': (1,)".length, " "), at + "'shape': (1,)".length, "latin1");
  return row;
}
