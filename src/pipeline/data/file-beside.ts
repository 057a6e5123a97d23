import {realpath, stat} from "node:fs/promises";
import {dirname, join, relative, resolve, sep} from "node:path";

import {UserError} from "../../nouns/options";
import {orUserError} from "../../nouns/system-errors";

/**
 * A file of weights that a model names. It must be in the model's folder or below, and so must the file to which it
 * links. If the model itself is a link (as in Hugging Face's cache), the folder of the real file counts.
 *
 * @throws UserError if it is elsewhere, is missing, or is not a file.
 */
export async function fileBeside(model: string, name: string): Promise<{readonly path: string; readonly size: number}> {
  const parts = name.split(/[\\/]/);
  if (name === "" || /^([\\/]|[A-Za-z][A-Za-z+.-]*:)/.test(name) || parts.includes("..") || name.includes("\0")) {
    throw new UserError(`${model}: expected weights in the folder of the model, got "${name}"`);
  }
  const path = join(dirname(model), name);
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) throw new UserError(`${model}: expected its weights in ${path}, got nothing there`);
  const folders = [await realpath(dirname(resolve(model))), dirname(await realpath(model))];
  if (!folders.some((folder) => isBelow(real, folder))) {
    throw new UserError(`${model}: expected weights in the folder of the model, got ${path}, a link to ${real}`);
  }
  const state = await orUserError(path, () => stat(path), "read");
  if (!state.isFile())
    throw new UserError(`${path}: expected a file, got ${state.isDirectory() ? "a folder" : "a device"}`);
  return {path, size: state.size};
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && resolve(folder, way) === path;
}
