import {relative, sep} from "node:path";

/** A file's path from the data's folder, with "/" between its parts on every system. */
export function nameFrom(folder: string, path: string): string {
  return relative(folder, path).split(sep).join("/");
}
