import {existsSync} from "node:fs";

/** Whether something stands at a path: a file, a folder, or a link that leads to one. */
export function isThere(path: string): boolean {
  return existsSync(path);
}
