import {realpath} from "node:fs/promises";
import {relative} from "node:path";

import {UserError} from "../../../nouns/options";
import {type Entry, entriesOf, hasImageName, isPicture, isSystemName} from "./folder-entries";
import type {Leftovers} from "./leftovers";

/** A picture's file, and the place of its class among the class names. */
export interface ImageFile {
  readonly path: string;
  readonly label: number;
}

/** The most classes. With so many, a table of every class against every other stays below 100 MB. */
const MOST_CLASSES = 4096;
/** How many names of classes an error lists. */
const MOST_LISTED = 20;

/** Remembers every folder that was read, by its real path, so that no picture is read twice through links. */
export type FoldersRead = Map<string, string>;

/**
 * The folders of a folder that may be classes, in the order of their names. Files that operating systems leave behind
 * are added to the leftovers.
 */
export async function classFoldersOf(path: string, leftovers: Leftovers): Promise<Entry[]> {
  const folders: Entry[] = [];
  for (const entry of await entriesOf(path)) {
    if (isSystemName(entry.name)) leftovers.add("system", entry.path);
    else if (entry.kind === "folder") folders.push(entry);
    else leftovers.add((await isPicture(entry)) ? "loose" : "other", entry.path);
  }
  return folders;
}

/**
 * The pictures in the folders of the classes, class by class, in the order of their paths; also the pictures in folders
 * inside a class's folder. Links are followed.
 *
 * @param candidates The folders inside the folder, from `classFoldersOf`.
 * @param classNames The classes that there must be, if others were read before.
 * @throws UserError naming the path, if there are not 2 to 4,096 classes, or not those given; if one has no pictures;
 * if a folder has the name of a picture; or if a link leads to a folder that was read already.
 */
export async function readClassFolders(
  path: string,
  candidates: readonly Entry[],
  read: FoldersRead,
  leftovers: Leftovers,
  classNames?: readonly string[],
): Promise<{readonly classNames: readonly string[]; readonly files: ImageFile[]}> {
  await meet(path, read, leftovers);
  const folders: Entry[] = [];
  for (const folder of candidates) {
    if (hasImageName(folder.name))
      throw new UserError(`${folder.path}: expected a picture, as its name says, got a folder`);
    if (await meet(folder.path, read, leftovers)) folders.push(folder);
  }
  const names = folders.map(({name}) => name);
  if (classNames && `${names}` !== `${classNames}`) {
    const [lacking, more] = [without(classNames, names), without(names, classNames)];
    throw new UserError(`${path}: expected the classes ${listed(classNames, lacking)}, got ${listed(names, more)}`);
  }
  if (!(names.length >= 2 && names.length <= MOST_CLASSES)) {
    const hint = await hintOf(folders);
    throw new UserError(
      `${path}: expected 2 to ${MOST_CLASSES} folders, one for each class, got ${names.length}${hint}`,
    );
  }
  const files: ImageFile[] = [];
  for (const [label, folder] of folders.entries()) {
    const images = await imagesBelow(folder.path, read, leftovers);
    if (images.length === 0) throw new UserError(`${folder.path}: expected PNG or JPEG images, got none`);
    for (const image of images) files.push({path: image, label}); // there may be too many for the arguments of one call
  }
  return {classNames: names, files};
}

/** Gives a hint: if the only folder contains folders, the user may have meant these. */
async function hintOf(folders: readonly Entry[]): Promise<string> {
  if (folders.length !== 1) return "";
  const inside = (await entriesOf(folders[0].path)).filter(({kind, name}) => kind === "folder" && !isSystemName(name));
  return inside.length > 1 ? `; try --data ${folders[0].path}, which holds ${inside.length}` : ` (${folders[0].name})`;
}

/** Every picture in a folder and in those inside it. */
async function imagesBelow(path: string, read: FoldersRead, leftovers: Leftovers): Promise<string[]> {
  const images: string[] = [];
  for (const entry of await entriesOf(path)) {
    if (isSystemName(entry.name)) leftovers.add("system", entry.path);
    else if (await isPicture(entry)) images.push(entry.path);
    else if (entry.kind !== "folder") leftovers.add("other", entry.path);
    else if (hasImageName(entry.name))
      throw new UserError(`${entry.path}: expected a picture, as its name says, got a folder`);
    else if (await meet(entry.path, read, leftovers)) {
      const inside = await imagesBelow(entry.path, read, leftovers);
      if (inside.length > 0) leftovers.add("inside", entry.path);
      for (const image of inside) images.push(image);
    }
  }
  return images;
}

/**
 * Notes that a folder is read.
 *
 * @returns false if it is a link to a folder that holds it: following it would never end.
 * @throws UserError if the same folder was read already, because its pictures would come twice.
 */
async function meet(path: string, read: FoldersRead, leftovers: Leftovers): Promise<boolean> {
  const real = await realpath(path);
  const before = read.get(real);
  if (before === undefined) {
    read.set(real, path);
    return true;
  }
  if (relative(before, path).startsWith("..")) {
    throw new UserError(`${path}: expected a folder that is read once, got a link to ${before}, which is read already`);
  }
  leftovers.add("circle", path);
  return false;
}

/** All names; or, if there are very many, their number and the first names that differ. */
function listed(names: readonly string[], different: readonly string[]): string {
  if (names.length <= MOST_LISTED) return names.join(", ") || "none";
  const shown = different.slice(0, MOST_LISTED).join(", ");
  const more = different.length - MOST_LISTED;
  const end = more > 0 ? ` and ${more} more` : "";
  return shown === "" ? `${names.length}` : `${names.length} with ${shown}${end}`;
}

/** The names that are not among the others. */
function without(names: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return names.filter((name) => !known.has(name));
}
