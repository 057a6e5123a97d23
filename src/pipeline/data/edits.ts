import {createHash} from "node:crypto";

import {cell} from "../../escape/cell";
import {UserError} from "../../nouns/options";
import type {Dataset, Split} from "../../nouns/samples";
import {isTakenOut, SPLITS, type SplitName} from "./image-names";
import {readIfThere} from "./read-file";
import {checked} from "./split";
import {labelsAt} from "./split-labels";
import {firstRecords} from "./tables/csv-records";

/** The decision about one image of a data set. */
export interface Edit {
  readonly split: SplitName;
  /** Its place in the split. For an image with a file, it is 0 if the list does not give the place. */
  readonly index: number;
  /**
   * Its place in the file or folder that the split was taken from, if the list gives it. This place is the same for
   * every seed, although the seed decides which images train and which validate.
   */
  readonly source?: number;
  /** Its file, if the images are files; the image is then found by its file alone. */
  readonly file?: string;
  /** The label that it has. It shows whether the list was made for other data. */
  readonly given: string;
  readonly decision: "drop" | "relabel";
  /** The new label. */
  readonly label?: string;
  /** The place in the list, for errors: "--edit suspects.csv: row 3". */
  readonly where: string;
}

export interface Edits {
  readonly edits: readonly Edit[];
  /** SHA-256 of the file. */
  readonly digest: string;
}

/** A larger file is no list of decisions that a person has made. */
const MOST_BYTES = 256 * 2 ** 20;
const NEEDED = ["split", "given_label", "decision"] as const;

/**
 * Reads decisions about images: the `suspects.csv` of a run, or a list of files or places with their labels, whose
 * column `decision` says keep, drop or relabel. An image without a decision is kept. A relabelled image gets the label
 * in `new_label` or, if that is empty, in `predicted_label`.
 *
 * @throws UserError that names the row, if the file does not have that form.
 */
export async function readEdits(path: string): Promise<Edits> {
  const bytes = await readIfThere(path, {most: MOST_BYTES});
  if (!bytes) throw new UserError(`--edit ${path}: expected a CSV file, got nothing there`, {code: "NOT_FOUND"});
  const text = new TextDecoder("utf-8").decode(bytes).replaceAll(/\r\n?/g, "\n");
  const [header, ...rows] = await recordsOf(path, text);
  const column = (name: string) => header.indexOf(name);
  const lacking: string[] = NEEDED.filter((name) => column(name) < 0);
  if (column("index") < 0 && column("file") < 0) lacking.push("index or file");
  if (lacking.length > 0) {
    throw new UserError(
      `--edit ${path}: expected the columns ${NEEDED.join(", ")}, and index or file, got none named ${lacking.join(", ")}`,
    );
  }
  const edits = rows.flatMap((cells, n) => editOf(`--edit ${path}: row ${n + 2}`, (name) => cells[column(name)] ?? ""));
  return {edits, digest: createHash("sha256").update(bytes).digest("hex")};
}

/** The table's records, separated by commas, or by the character that a spreadsheet used instead. */
async function recordsOf(path: string, text: string): Promise<string[][]> {
  for (const separator of [",", ";", "\t"]) {
    const {records, broken} = await firstRecords(text, separator, Number.MAX_SAFE_INTEGER, false);
    if (!broken && records[0]?.includes("decision")) return records;
  }
  throw new UserError(`--edit ${path}: expected a table with a column "decision", got none`);
}

function editOf(where: string, at: (name: string) => string): Edit[] {
  const decision = at("decision").trim().toLowerCase();
  if (decision === "" || decision === "keep") return [];
  if (decision !== "drop" && decision !== "relabel") {
    throw new UserError(`${where}: expected a decision of keep, drop or relabel, got "${decision}"`);
  }
  const split = SPLITS.find((name) => name === at("split"));
  if (!split) throw new UserError(`${where}: expected a split of ${SPLITS.join(", ")}, got "${at("split")}"`);
  const file = at("file");
  const index = file && at("index") === "" ? 0 : Number(at("index") || Number.NaN); // its file is enough to find it
  if (!(Number.isInteger(index) && index >= 0)) {
    throw new UserError(`${where}: expected a whole number as index, got "${at("index")}"`);
  }
  const label = at("new_label") || at("predicted_label");
  const source = at("source_index");
  return [
    {
      ...{split, index, given: at("given_label"), decision, where},
      ...(file ? {file} : {}),
      ...(source === "" ? {} : {source: Number(source)}),
      ...(decision === "relabel" ? {label} : {}),
    },
  ];
}

/**
 * A data set with images dropped and labels changed. Everything else stays as it is: the images that are left keep the
 * order in which they would have come, so no random draw changes. The digest of the data set includes the list.
 *
 * @throws UserError if an image is not there, or has another label than the list says.
 */
export async function editedData(data: Dataset, {edits, digest}: Edits): Promise<Dataset> {
  const splits = {train: data.train, validation: data.validation, test: data.test};
  const placed = edits.map((edit) => placeOf(splits, edit, isTakenOut(data)));
  for (const name of SPLITS) {
    const own = placed.filter(({split}) => split === name);
    if (own.length > 0) splits[name] = await editedSplit(splits[name], own, data.classNames);
  }
  const count = (decision: Edit["decision"]) => edits.filter((edit) => edit.decision === decision).length;
  return {
    ...data,
    ...splits,
    digest: editedDigest(data.digest, digest),
    edits: {dropped: count("drop"), relabelled: count("relabel")},
  };
}

/** The digest of a data set with decisions, from both digests. */
export function editedDigest(data: string, edits: string): string {
  return createHash("sha256").update(data).update(edits).digest("hex");
}

/** An edit, and the place of its image in this data set. */
interface Placed {
  readonly split: SplitName;
  readonly place: number;
  readonly edit: Edit;
}

type Splits = {readonly [name in SplitName]: Split};

/**
 * Finds an edit's image: by its file, if it has one; else by its place in the source; else by its place in the split.
 */
function placeOf(splits: Splits, edit: Edit, isDealt: boolean): Placed {
  const {split, index, source, file, where} = edit;
  if (file !== undefined) {
    for (const name of SPLITS) {
      const place = filesOf(splits[name]).get(file);
      if (place !== undefined) return {split: name, place, edit};
    }
    throw new UserError(`${where}: expected the file of an image, got ${file}, which is not in this data set`);
  }
  if (source === undefined) {
    if (index < splits[split].count) return {split, place: index, edit};
    throw new UserError(
      `${where}: expected an index below ${splits[split].count}, got ${index}; the list was made for other data`,
    );
  }
  // another seed may have put the image into the other split
  const among = split === "test" || !isDealt ? [split] : (["train", "validation"] as const);
  for (const name of among) {
    const place = sourcesOf(splits[name]).get(source);
    if (place !== undefined) return {split: name, place, edit};
  }
  throw new UserError(`${where}: expected the place of an image in the source, got ${source}, which was not read`);
}

const fileMaps = new WeakMap<Split, ReadonlyMap<string, number>>();
/** The places of a split's files, by their paths as a list has them. */
function filesOf(split: Split): ReadonlyMap<string, number> {
  const known = fileMaps.get(split) ?? new Map((split.files ?? []).map((file, n) => [cell(file), n]));
  fileMaps.set(split, known);
  return known;
}

const sourceMaps = new WeakMap<Split, ReadonlyMap<number, number>>();
/** The places of a split's images, by their places in the source. */
function sourcesOf(split: Split): ReadonlyMap<number, number> {
  const {sources, count} = split;
  const known =
    sourceMaps.get(split) ?? new Map(Array.from({length: count}, (_, n) => [sources ? sources[n] : n, n] as const));
  sourceMaps.set(split, known);
  return known;
}

async function editedSplit(split: Split, edits: readonly Placed[], classNames: readonly string[]): Promise<Split> {
  const places = Uint32Array.from(edits, ({place}) => place);
  const labels = await labelsAt(split, places);
  const dropped = new Set<number>();
  const relabelled = new Map<number, number>();
  const written = classNames.map(cell); // as the list has them
  for (const [i, {place, edit}] of edits.entries()) {
    const {given, label, decision, where} = edit;
    if (dropped.has(place) || relabelled.has(place)) {
      throw new UserError(`${where}: expected one decision about each image, got a second`);
    }
    if (written[labels[i]] !== given) {
      const has = classNames[labels[i]];
      throw new UserError(
        `${where}: expected an image labelled ${given}, got ${has}; the list was made for other data`,
      );
    }
    const to = written.indexOf(label ?? "");
    if (decision === "drop") dropped.add(place);
    else if (to >= 0) relabelled.set(place, to);
    else throw new UserError(`${where}: expected a class as new_label, got "${label}"`);
  }
  const {labelOf, readBytes, ahead} = split;
  const kept = Uint32Array.from({length: split.count}, (_, n) => n).filter((n) => !dropped.has(n));
  if (kept.length === 0)
    throw new UserError(`--edit: expected at least one image to be left in ${edits[0].split}, got none`);
  const ownOf = (indices: ArrayLike<number>) => Uint32Array.from(indices, (n) => kept[checked(n, kept.length)]);
  return {
    count: kept.length,
    ...(split.files ? {files: Array.from(kept, (n) => split.files?.[n] ?? "")} : {}),
    sources: Uint32Array.from(kept, (n) => split.sources?.[n] ?? n),
    keptOf: {count: split.count, places: kept},
    async read(indices, into) {
      const own = ownOf(indices);
      const images = await split.read(own, into);
      return {...images, labels: images.labels.map((label, n) => relabelled.get(own[n]) ?? label)};
    },
    ...(labelOf ? {labelOf: (n) => relabelled.get(kept[n]) ?? labelOf(kept[n])} : {}),
    ...(readBytes ? {readBytes: async (indices, into) => readBytes(ownOf(indices), into)} : {}),
    ...(ahead === undefined ? {} : {ahead}),
  };
}
