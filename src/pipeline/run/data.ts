import {dirname, isAbsolute, join, relative, resolve} from "node:path";
import {UserError} from "../../nouns/options";
import type {Dataset} from "../../nouns/samples";
import {openData} from "../data/index";
import {isThere} from "../data/is-there";
import type {DataNote, DataProgress} from "../data/progress";
import type {RunData, RunFile} from "../record/run-file";
import type {RunOptions} from "./options";

/** What `--data` says that is no folder. */
const BUILT_IN = "mnist";

/** `--data` as run.json keeps it: a folder by its whole path, so that the run can be gone on with from any folder. */
export function keptData(data: string): string {
  return data === BUILT_IN ? data : resolve(data);
}

/** The ways from a run's folder to its data and its list of decisions, with "/" between; none where there is none. */
export function waysFromRun(runPath: string, {data, edit}: Pick<RunOptions, "data" | "edit">) {
  const wayTo = (path: string) => {
    const way = relative(runPath, resolve(path));
    return isAbsolute(way) ? undefined : way.replaceAll("\\", "/"); // on Windows, another drive
  };
  const [fromRun, editFromRun] = [data === BUILT_IN ? undefined : wayTo(data), edit ? wayTo(edit) : undefined];
  return {...(fromRun === undefined ? {} : {fromRun}), ...(editFromRun === undefined ? {} : {editFromRun})};
}

/** Where a run's data may be, the likeliest first: where they were, or as far from the run as they were. */
export function dataPlaces(runPath: string, {options, data}: Pick<RunFile, "options" | "data">): string[] {
  const kept = `${options.data}`;
  if (kept === BUILT_IN) return [kept];
  const places = isAbsolute(kept) ? [kept] : relativePlaces(runPath, kept);
  if (data.fromRun) places.push(resolve(runPath, data.fromRun));
  return [...new Set(places)];
}

/** Earlier versions kept the path as it was given, from a folder that is not known: mostly one that the run is in. */
function relativePlaces(runPath: string, kept: string): string[] {
  const places = [resolve(kept)];
  for (let folder = dirname(runPath); ; folder = dirname(folder)) {
    places.push(join(folder, kept));
    if (folder === dirname(folder)) return places;
  }
}

/** The list of decisions that a run took: where it was, or as far from the run as it was. */
function editPlace(runPath: string, {options, data}: Pick<RunFile, "options" | "data">): {readonly edit?: string} {
  if (typeof options.edit !== "string" || options.edit === "" || isThere(options.edit)) return {};
  const moved = data.editFromRun && resolve(runPath, data.editFromRun);
  return moved && isThere(moved) ? {edit: moved} : {};
}

/**
 * Opens the data that a run began with, and no others.
 *
 * @param options The run's; `data` and the folder of downloads are found anew.
 * @param signal Ends it. @throws The signal's reason.
 * @throws UserError if they are nowhere, or others stand in their place: it names both.
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

/** Its members; of a long list the first, and how many there are. */
function list(values: readonly unknown[]): string {
  const most = 20;
  return values.length <= most ? values.join(", ") : `${values.slice(0, most).join(", ")}, … (${values.length})`;
}
