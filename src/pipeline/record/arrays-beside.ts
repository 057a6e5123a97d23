/**
 * @file Saved values of a run's folder, format epochscope-run/2: JSON, and its arrays beside it in numpy's formats.
 * `{"array": "data.points"}` stands for that array of the .npz file of the JSON's own name;
 * `{"npy": file, "sha256": …}` and `{"lines": file, "sha256": …}` for a separate file. The last member of the JSON is
 * `sha256`: the digest of everything before it and of the .npz file.
 */
import {UserError} from "../../nouns/options";
import {type Placed, shapesOf} from "./array-shapes";
import {areExplanations, fromColumns, toColumns} from "./columns";
import {withDigest} from "./json-digest";
import {isValues, type NdArray, parseNpy, type Values} from "./npy";
import {parseNpz, writeNpz} from "./npz";
import {sha256} from "./seal";

export interface EncodedBeside {
  readonly json: string;
  /** All arrays; absent if there are none. */
  readonly npz?: Uint8Array;
}

/** A file that stands for an array or for lines, and the SHA-256 of its bytes. */
export type OwnFile =
  | {readonly npy: string; readonly sha256: string}
  | {readonly lines: string; readonly sha256: string};

/**
 * Encodes a plain value.
 *
 * @param own Arrays that already have a separate file.
 * @throws UserError if the value contains an object that would be mistaken for an array's.
 */
export function encodeBeside(value: unknown, own: ReadonlyMap<unknown, OwnFile> = new Map()): EncodedBeside {
  const shapes = shapesOf(value);
  const arrays = new Map<string, NdArray>();
  const names = new Map<unknown, string>();
  const member = (path: string, values: Values, placed?: Placed) => {
    const known = names.get(values);
    if (known !== undefined) return {array: known};
    const name = placed?.name !== undefined && !arrays.has(placed.name) ? placed.name : path;
    arrays.set(name, {values, shape: placed?.shape ?? [values.length]});
    names.set(values, name);
    return {array: name};
  };
  const {height = 0, width = 0} = ((value as Holder | null)?.data ?? {}) as {height?: number; width?: number};
  const placed = (one: unknown, path: string): unknown => {
    if (typeof one !== "object" || one === null) return one;
    const below = (name: string | number) => (path === "" ? `${name}` : `${path}.${name}`);
    if (own.has(one)) return own.get(one);
    if (isValues(one)) return member(path, one, shapes.get(one));
    if (areExplanations(one)) {
      const {columns, records} = toColumns(one, [height, width]);
      const kept = Object.entries(columns).map(([name, array]) => [name, member(below(name), array.values, array)]);
      return {columns: Object.fromEntries(kept), records};
    }
    if (Array.isArray(one)) return one.map((inner, i) => placed(inner, below(i)));
    if (kindOf(one as Holder) !== undefined) {
      const got = JSON.stringify(one).slice(0, 80);
      throw new UserError(`saved value: expected no object that stands for an array itself, got ${got} at ${path}`);
    }
    return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, placed(inner, below(name))]));
  };
  const json = JSON.stringify(placed(value, ""));
  if (arrays.size === 0) return {json: withDigest(json, sha256(json))};
  const npz = writeNpz(arrays);
  return {json: withDigest(json, sha256(json, npz)), npz};
}

type Holder = {[key: string | number]: unknown};

/**
 * The kind of thing that an object of the JSON stands for, by the names of its members; undefined if it stands only for
 * itself.
 */
function kindOf(value: Holder): "array" | "npy" | "lines" | "columns" | undefined {
  for (const name in value) {
    const isText = typeof value[name] === "string";
    const isFile = (name === "npy" || name === "lines") && isText && typeof value.sha256 === "string";
    if (isFile && Object.keys(value).length === 2) return name;
    if (name === "array" && isText && Object.keys(value).length === 1) return name;
    if (name === "columns" && Array.isArray(value.records) && Object.keys(value).length === 2) return name;
    if (name !== "sha256" && name !== "records") return undefined; // the first member shows it
  }
  return undefined;
}

/** The files that a parsed JSON refers to, in the order in which they must be put in place. */
export interface References {
  readonly arrays: {readonly name: string; put(values: Values): void}[];
  readonly files: {readonly own: OwnFile; put(value: Values | string[]): void}[];
  /** Lists that will be made from columns, once these are read. */
  readonly lists: (() => void)[];
}

export function references(): References {
  return {arrays: [], files: [], lists: []};
}

/**
 * Notes what a value in a holder stands for. @returns Whether it stands for something; then its content need not be
 * searched.
 */
export function noteReference(noted: References, holder: Holder, key: string | number, value: Holder): boolean {
  const kind = kindOf(value);
  const put = (found: unknown) => {
    holder[key] = found;
  };
  if (kind === undefined) return false;
  if (kind === "array") noted.arrays.push({name: `${value.array}`, put});
  if (kind === "npy" || kind === "lines") noted.files.push({own: value as unknown as OwnFile, put}); // kindOf looked
  if (kind === "columns") {
    const columns = value.columns as Holder;
    for (const name in columns) noteReference(noted, columns, name, columns[name] as Holder);
    noted.lists.push(() => put(fromColumns(columns, value.records as Holder[])));
  }
  return true;
}

/**
 * Puts the arrays of a .npz file in their places; an array that belongs in several places is put into each of them.
 *
 * @param what Names the file in errors.
 * @throws UserError if it is not a complete .npz file, or if an array is missing.
 */
export function putNpz({arrays}: References, npz: Uint8Array, what: string): void {
  const there = parseNpz(npz, what);
  const put = new Set<string>();
  for (const one of arrays) {
    const found = there.get(one.name);
    if (!found) throw new UserError(`${what}: expected an array ${one.name}, got ${[...there.keys()].join(", ")}`);
    one.put(put.has(one.name) ? found.values.slice() : found.values);
    put.add(one.name);
  }
}

/** Reads a separate file: numbers, or lines in which `\\` and `\n` stand for a backslash and a line's end. */
export function parseOwn(own: OwnFile, bytes: Uint8Array, what: string): Values | string[] {
  if ("npy" in own) return parseNpy(bytes, what).values;
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8").split("\n");
  return lines.slice(0, -1).map((line) => line.replace(/\\([\\n])/g, (_, sign) => (sign === "n" ? "\n" : "\\")));
}

/** Makes the file of some lines. */
export function writeLines(lines: readonly string[]): Uint8Array {
  const escaped = lines.map((line) => line.replaceAll("\\", "\\\\").replaceAll("\n", "\\n"));
  return Buffer.from(escaped.map((line) => `${line}\n`).join(""));
}
