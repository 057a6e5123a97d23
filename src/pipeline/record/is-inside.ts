import {isAbsolute, relative, sep} from "node:path";

/** Whether a path is a folder or inside of it; both are absolute. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || !(way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way));
}
