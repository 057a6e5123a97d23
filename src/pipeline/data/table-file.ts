import {readFile} from "node:fs/promises";
import {extname} from "node:path";

import {UserError} from "../options";
import {parseCsv} from "./csv";
import {parseNpy} from "./npy";

export interface Table {
  readonly rows: number;
  readonly columns: number;
  /** `[row * columns + column]`. */
  readonly values: Float32Array;
  /** Columns that are no numbers, by heading. */
  readonly words: {readonly [heading: string]: readonly string[]};
}

/** Reads a CSV, or a .npy of two dimensions. @throws UserError if it is neither, or not there. */
export async function readTable(path: string): Promise<Table> {
  const bytes = await readFile(path).catch(({code}: NodeJS.ErrnoException) => {
    throw new UserError(`${path}: expected a CSV or .npy file, got ${code === "ENOENT" ? "nothing there" : code}`);
  });
  if (extname(path).toLowerCase() === ".npy") {
    const {shape, values} = parseNpy(bytes, path);
    if (shape.length !== 2) throw new UserError(`${path}: expected two dimensions, got shape [${shape}]`);
    return {rows: shape[0], columns: shape[1], values, words: {}};
  }
  const {rows, headings, values, words} = parseCsv(bytes.toString("utf8"), path);
  return {rows, columns: headings.length, values, words};
}
