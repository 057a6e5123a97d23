import {UserError} from "../../../nouns/options";
import {chosenColumn} from "./label-column";
import {type NpyRows, readNpy} from "./npy";
import {headerBytes, parseNpyHeader} from "./npy-header";
import type {RawTable, TableOptions, WordColumn} from "./table";
import {MEGABYTE, megabytes, type TableFile, tooLarge} from "./table-file";
import {type ZipEntry, zipBytes, zipEntries} from "./zip";

/** Reads a .npy file. @throws UserError as `readNpy`. */
export async function readNpyTable(file: TableFile, {label, maxMegabytes}: TableOptions): Promise<RawTable> {
  const {array, notes} = await wholeArray(file.path, file.chunks(), file.size, maxMegabytes);
  return tableOf(array, `.npy${file.gzip ? " (gzip)" : ""}`, notes, label);
}

/**
 * Reads an array of a .npz archive: the one that is named, else its only one of two dimensions or more.
 *
 * @throws UserError that lists the arrays, if it is not clear which one is meant.
 */
export async function readNpzTable(
  file: TableFile,
  name: string | undefined,
  {label, maxMegabytes}: TableOptions,
): Promise<RawTable> {
  if (file.gzip) throw new UserError(`${file.path}: expected a .npz file, got one packed by gzip: unpack it first`);
  const entries = (await zipEntries(file)).filter((entry) => entry.name.endsWith(".npy"));
  const names = entries.map((entry) => entry.name.slice(0, -4));
  const read = async (wanted: string) => {
    const entry = entries[names.indexOf(wanted)];
    if (entry.size > maxMegabytes * MEGABYTE) throw tooLarge(file.path, maxMegabytes, megabytes(entry.size));
    return wholeArray(`${file.path}:${wanted}`, zipBytes(file, entry), entry.size, maxMegabytes);
  };
  if (name !== undefined && !names.includes(name)) {
    throw new UserError(`${file.path}: expected one of its arrays (${names.join(", ") || "none"}), got "${name}"`);
  }
  const isArray = label !== "" && label !== name && names.includes(label);
  const candidates = names.filter((other) => other !== label);
  if (name === undefined && candidates.length !== 1) {
    throw new UserError(
      `${file.path}: expected the name of an array behind a colon (${file.path}:${names[0] ?? "name"}), got none; there are: ${await described(file, entries)}`,
    );
  }
  const chosen = name ?? candidates[0];
  const {array, notes} = await read(chosen);
  const form = `array "${chosen}" of a .npz`;
  if (!isArray) return tableOf(array, form, notes, label);
  const labels = (await read(label)).array;
  if (labels.rows !== array.rows || labels.columns !== 1) {
    const [got, wanted] = [labels.header.shape, array.rows].map((v) => `${v}`);
    throw new UserError(`--label: expected an array of ${wanted} numbers, got "${label}" of shape (${got})`);
  }
  return withWords(tableOf(array, form, notes, ""), {name: label, cells: Array.from(labels.values, String)});
}

/** Reads to the end, so that checksums are checked. */
async function wholeArray(
  what: string,
  chunks: AsyncGenerator<Uint8Array>,
  size: number | undefined,
  maxMegabytes: number,
): Promise<{array: NpyRows; notes: string[]}> {
  try {
    const array = await readNpy(what, chunks, size, maxMegabytes);
    const {shape, descr, bytes} = array.header;
    const notes: string[] = [];
    if (shape.length === 1) notes.push(`shape (${shape[0]},): each number is a row`);
    if (shape.length > 2) {
      notes.push(`shape (${shape.join(", ")}): each of ${shape[0]} parts is a row of ${array.columns} numbers`);
    }
    if (array.rounded === 1) notes.push("1 whole number beyond 2^53 is rounded");
    if (array.rounded > 1) notes.push(`${array.rounded} whole numbers beyond 2^53 are rounded`);
    const used = bytes + array.values.length * Number(/\d+$/.exec(descr)?.[0]);
    let more = size === undefined ? 0 : size - used;
    if (size === undefined) for await (const chunk of chunks) more += chunk.length;
    else while (!(await chunks.next()).done);
    if (more > 0) notes.push("more bytes follow the array: they are not read");
    return {array, notes};
  } finally {
    await chunks.return(undefined);
  }
}

/** Each array with its shape and type, as far as its header can be read. */
async function described(file: TableFile, entries: readonly ZipEntry[]): Promise<string> {
  const words = entries.slice(0, 20).map(async (entry) => {
    const name = entry.name.slice(0, -4);
    let head: Uint8Array = new Uint8Array();
    for await (const piece of zipBytes(file, entry)) {
      head = Buffer.concat([head, piece]);
      if (head.length >= 12 && head.length >= headerBytes(head, name)) break;
    }
    const {shape, descr} = parseNpyHeader(head.subarray(0, headerBytes(head, name)), name);
    return `${name} (${shape.join(", ")}) ${descr}`;
  });
  return (await Promise.all(words)).join("; ") || "no arrays";
}

function tableOf({rows, columns, values, header}: NpyRows, kind: string, notes: string[], label: string): RawTable {
  const names = Array.from({length: columns}, (_, c) => `column ${c + 1}`);
  const whole: RawTable = {
    rows,
    columns,
    values,
    names,
    columnPlaces: names.map((_, c) => c + 1),
    words: [],
    unused: [],
    labelWords: -1,
    notes,
    form: `${kind}, ${header.descr}, shape (${header.shape.join(", ")})${header.fortran ? ", Fortran order" : ""}`,
    placeOf: (row) => `row ${row + 1}`,
  };
  const place = chosenColumn([], names, label);
  if (place < 0) return whole;
  if (columns === 1) throw new UserError(`--label: expected another column than the only one, got "${label}"`);
  const cells = Array.from({length: rows}, (_, r) => `${values[r * columns + place]}`);
  const others = new (values.constructor as Float64ArrayConstructor)(rows * (columns - 1)); // of its own kind
  for (let r = 0, to = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) if (c !== place) others[to++] = values[r * columns + c];
  }
  const unused = [{name: names[place], place: place + 1, reason: "it is the label"}];
  const isOther = (_: unknown, c: number) => c !== place;
  const kept = {names: names.filter(isOther), columnPlaces: whole.columnPlaces.filter(isOther)};
  const rest = {...whole, ...kept, columns: columns - 1, values: others, unused};
  return withWords(rest, {name: names[place], cells});
}

function withWords(table: RawTable, label: WordColumn): RawTable {
  return {...table, words: [...table.words, label], labelWords: table.words.length};
}
