import type {Stats} from "node:fs";
import {readdir, stat} from "node:fs/promises";
import {join} from "node:path";
import {inWords, readStart} from "../read-file";
import {imageKindOf, isOtherImage} from "./image-kind";

/** A file or folder in a folder, links followed. */
export interface Entry {
  readonly name: string;
  readonly path: string;
  readonly kind: "folder" | "file" | "other";
}

/** Names of files that operating systems leave behind; also every name that begins with a dot. */
const SYSTEM = /^(\..*|__MACOSX|Thumbs\.db|ehthumbs\.db|desktop\.ini|Icon\r|@eaDir|\$RECYCLE\.BIN|lost\+found)$/i;
const IMAGE = /\.(png|apng|jpe?g|jpe|jfif|gif|webp|hei[cf]|avif|bmp|tiff?|jp2|jxl)$/i;
/** How many bytes are needed to tell what kind of picture a file is. */
const START = 32;

/**
 * The entries of a folder, in the order of their names.
 *
 * @throws UserError if it is not a folder, or if a link in it leads nowhere.
 */
export async function entriesOf(path: string): Promise<Entry[]> {
  const found = await readdir(path, {withFileTypes: true}).catch(async (error) => {
    throw await inWords(path, error, "a folder");
  });
  const entries: Entry[] = [];
  for (const entry of found) {
    const own = join(path, entry.name);
    if (isSystemName(entry.name) || !entry.isSymbolicLink()) {
      entries.push({name: entry.name, path: own, kind: kindOf(entry)});
      continue;
    }
    const target = await stat(own).catch(async (error) => {
      throw await inWords(own, error, "a link to a file or folder");
    });
    entries.push({name: entry.name, path: own, kind: kindOf(target)});
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a name is hidden, or one that operating systems leave behind: `.DS_Store`, `__MACOSX`, `Thumbs.db`. */
export function isSystemName(name: string): boolean {
  return SYSTEM.test(name);
}

/** Whether a name has the ending of any kind of picture. */
export function hasImageName(name: string): boolean {
  return IMAGE.test(name);
}

/** Whether a file is a picture, of a kind that is read or not: by its name, or else by its first bytes. */
export async function isPicture({name, path, kind}: Entry): Promise<boolean> {
  if (kind === "folder" || isSystemName(name)) return false;
  if (hasImageName(name)) return true;
  if (kind !== "file") return false;
  const start = await readStart(path, START);
  return imageKindOf(start) !== undefined || isOtherImage(start);
}

function kindOf(entry: Pick<Stats, "isDirectory" | "isFile">): Entry["kind"] {
  if (entry.isDirectory()) return "folder";
  return entry.isFile() ? "file" : "other";
}
