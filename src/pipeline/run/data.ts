import {dirname, isAbsolute, join, relative, resolve} from "node:path";
import {UserError} from "../../nouns/options";
import type {Dataset} from "../../nouns/samples";
import {openData} from "../data/index";
import {isThere} from "../data/is-there";
import type {DataNote, DataProgress} from "../data/progress";
import type {RunData, RunFile} from "../record/run-file";
import type {RunOptions} from "./options";

/** The one value of `--data` that is not a folder. */
const BUILT_IN = "mnist";

/**
 * `--data` as run.json keeps it: a folder by its absolute path, so that the run can be resumed from any working folder.
 */
export function keptData(data: string): string {
  return data === BUILT_IN ? data : resolve(data);
}

/**
 * The relative paths from a run's folder to its data and to its list of decisions, with "/" between; left out if there
 * are none.
 */
export function waysFromRun(runPath: string, {data, edit}: Pick<RunOptions, "data" | "edit">) {
  const wayTo = (path: string) => {
    const way = relative(runPath, resolve(path));
    return isAbsolute(way) ? undefined : way.replaceAll("\\", "/"); // on Windows, another drive
  };
  const [fromRun, editFromRun] = [data === BUILT_IN ? undefined : wayTo(data), edit ? wayTo(edit) : undefined];
  return {...(fromRun === undefined ? {} : {fromRun}), ...(editFromRun === undefined ? {} : {editFromRun})};
}

/**
 * The places where a run's data may be, the likeliest first: the old absolute path, then the old path relative to the
 * run.
 */
export function dataPlaces(runPath: string, {options, data}: Pick<RunFile, "options" | "data">): string[] {
  const kept = `${options.data}`;
  if (kept === BUILT_IN) return [kept];
  const places = isAbsolute(kept) ? [kept] : relativePlaces(runPath, kept);
  if (data.fromRun) places.push(resolve(runPath, data.fromRun));
  return [...new Set(places)];
}

/**
 * Earlier versions kept the path as the user typed it, relative to a folder that is not known; mostly that folder
 * contains the run.
 */
function relativePlaces(runPath: string, kept: string): string[] {
  const places = [resolve(kept)];
  for (let folder = dirname(runPath); ; folder = dirname(folder)) {
    places.push(join(folder, kept));
    if (folder === dirname(folder)) return places;
  }
}

/** The list of decisions that a run used: at its old absolute path, or at its old path relative to the run. */
function editPlace(runPath: string, {options, data}: Pick<RunFile, "options" | "data">): {readonly edit?: string} {
  if (typeof options.edit !== "string" || options.edit === "" || isThere(options.edit)) return {};
  const moved = data.editFromRun && resolve(runPath, data.editFromRun);
  return moved && isThere(moved) ? {edit: moved} : {};
}

/** The same, for another run that begins with this one's options: "" if the run had none. */
export function keptEdit(runPath: string, file: Pick<RunFile, "options" | "data">): string {
  return editPlace(runPath, file).edit ?? `${file.options.edit ?? ""}`;
}

/**
 * Opens the data that a run began with, and refuses any others.
 *
 * @param options The run's options; this function finds `data` and the folder of downloads again.
 * @param signal Aborts the reading. @throws The signal's reason.
 * @throws UserError if the data are nowhere, or if other data stand in their place: it names both.
 */
export async function* openRunData(
  runPath: string,
  file: Pick<RunFile, "options" | "data">,
  options: Omit<RunOptions, "save">,
  signal?: AbortSignal,
): AsyncGenerator<DataProgress | DataNote, Dataset> {
  const where = join(runPath, "run.json");
  const places = dataPlaces(runPath, file);
  const there = places.filter((place) => place === BUILT_IN || isThere(place));
  if (there.length === 0) {
    throw new UserError(`${where}: expected the run's data at ${places.join(" or ")}, got nothing there`);
  }
  const edit = editPlace(runPath, file);
  const cacheFolder = join(dirname(runPath), "data");
  let fault: UserError | undefined;
  for (const place of there) {
    try {
      const data = yield* openData({...options, ...edit, data: place, cacheFolder}, signal);
      checkSameData(file.data, data, place, where);
      return data;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      fault ??= error;
    }
  }
  throw fault;
}

/** @throws UserError if a run began with other data. */
function checkSameData(begun: RunData, data: Dataset, place: string, where: string): void {
  const facts: readonly (readonly [what: string, expected: unknown, got: unknown])[] = [
    ["SHA-256", begun.digest ?? data.digest, data.digest],
    ["classes", begun.classNames, data.classNames],
    ["image shape", begun.imageShape, data.imageShape],
    ["training images", begun.train, data.train.count],
    ["validation images", begun.validation, data.validation.count],
    ["test images", begun.test, data.test.count],
  ];
  for (const [what, expected, got] of facts) {
    if (JSON.stringify(expected) === JSON.stringify(got)) continue;
    const shown = (value: unknown) => (Array.isArray(value) ? list(value) : `${value}`);
    throw new UserError(
      `${where}: expected the data that the run began with (${what} ${shown(expected)}), got other data in ${place} (${what} ${shown(got)})`,
    );
  }
}

/** The values as words; of a long list, the first ones and how many there are. */
function list(values: readonly unknown[]): string {
  const most = 20;
  return values.length <= most ? values.join(", ") : `${values.slice(0, most).join(", ")}, … (${values.length})`;
}
