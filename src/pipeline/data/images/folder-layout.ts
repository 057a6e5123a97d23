import {UserError} from "../../../nouns/options";
import {classFoldersOf, type FoldersRead, type ImageFile, readClassFolders} from "./class-folders";
import {type Entry, entriesOf, isPicture, isSystemName} from "./folder-entries";
import {leftoversOf} from "./leftovers";

/** The pictures of a data set, divided into the parts that its folders show. */
export interface Layout {
  readonly classNames: readonly string[];
  readonly train: readonly ImageFile[];
  /** Absent if the folder has none; then some of the training pictures are held out. */
  readonly validation?: readonly ImageFile[];
  readonly test?: readonly ImageFile[];
  /** Sentences that say what is left out, and why. */
  readonly notes: readonly string[];
}

/** The names that the parts' folders may have, in upper or lower case. */
const PARTS = {
  train: ["train", "training"],
  validation: ["val", "valid", "validation"],
  test: ["test", "testing"],
} as const;
type Part = keyof typeof PARTS;

/**
 * Finds out how a folder of pictures is organised, from its content: a folder for each class; or folders `train` and,
 * if there are such, `val` and `test`, with a folder for each class in each. A class may itself be called `train`: its
 * folder holds pictures, and not folders.
 *
 * @throws UserError naming the path, if it has neither form.
 */
export async function layoutOf(path: string): Promise<Layout> {
  const leftovers = leftoversOf(path);
  const read: FoldersRead = new Map();
  const folders = await classFoldersOf(path, leftovers);
  const parts = await partsOf(path, folders);
  if (!parts) {
    const {classNames, files} = await readClassFolders(path, folders, read, leftovers);
    return {classNames, train: files, notes: leftovers.notes()};
  }
  for (const folder of folders) {
    if (!Object.values(parts).includes(folder))
      leftovers.add(partNamed(folder.name) ? "unlabelled" : "part", folder.path);
  }
  const readPart = async (folder: Entry, classNames?: readonly string[]) =>
    readClassFolders(folder.path, await classFoldersOf(folder.path, leftovers), read, leftovers, classNames);
  const {classNames, files: train} = await readPart(parts.train);
  const validation = parts.validation && (await readPart(parts.validation, classNames)).files;
  const test = parts.test && (await readPart(parts.test, classNames)).files;
  const others = {...(validation ? {validation} : {}), ...(test ? {test} : {})};
  return {classNames, train, ...others, notes: leftovers.notes()};
}

/**
 * The parts' folders, if the folders are parts: at least one has the name of a part, and contains folders and no
 * pictures.
 *
 * @throws UserError if the pictures in a part have no classes, if there is none to train on, or if two are the same
 * part.
 */
async function partsOf(
  path: string,
  folders: readonly Entry[],
): Promise<({readonly train: Entry} & {readonly [P in Part]?: Entry}) | undefined> {
  const named = folders.filter(({name}) => partNamed(name) !== undefined);
  const found: {[P in Part]?: Entry} = {};
  for (const folder of named) {
    const part = partNamed(folder.name) as Part; // they were filtered, so each has one
    if (!(await holdsFolders(folder))) continue;
    const other = found[part];
    if (other)
      throw new UserError(`${path}: expected one folder to ${VERBS[part]}, got ${other.name} and ${folder.name}`);
    found[part] = folder;
  }
  const {train, ...others} = found;
  if (train) return {train, ...others};
  const only = Object.values(others)[0];
  if (only)
    throw new UserError(`${path}: expected a folder train beside ${only.name}, got none with folders of classes`);
  const isParted = named.length === folders.length && named.some(({name}) => partNamed(name) === "train");
  if (!isParted) return undefined;
  const flat = named.find(({name}) => partNamed(name) === "train") as Entry; // the line above checks that there is one
  throw new UserError(`${flat.path}: expected a folder of pictures for each class, got no folders`);
}

const VERBS: {readonly [P in Part]: string} = {train: "train on", validation: "validate", test: "test"};

function partNamed(name: string): Part | undefined {
  const parts = Object.keys(PARTS) as Part[];
  return parts.find((part) => (PARTS[part] as readonly string[]).includes(name.toLowerCase()));
}

/** Whether a folder contains folders and no pictures. */
async function holdsFolders(folder: Entry): Promise<boolean> {
  const entries = (await entriesOf(folder.path)).filter(({name}) => !isSystemName(name));
  if (!entries.some(({kind}) => kind === "folder")) return false;
  for (const entry of entries) if (await isPicture(entry)) return false;
  return true;
}
