/** @file Reads run.json, which says how a run was made. */
import {readFileSync} from "node:fs";
import {join} from "node:path";

import {parseJson} from "../../nouns/json-text";
import {UserError} from "../../nouns/options";
import type {ImageShape} from "../../nouns/samples";
import {orUserErrorSync} from "../../nouns/system-errors";
import {sealed, unsealed} from "./seal";

/** The format that new runs have (docs/run-folder.md). */
export const RUN_FORMAT = "epochscope-run/2";
/** The formats that can be read. A resumed run keeps the format with which it began. */
const RUN_FORMATS = ["epochscope-run/1", RUN_FORMAT] as const;
export type RunFormat = (typeof RUN_FORMATS)[number];

/** The content of run.json, as far as the program reads it again. */
export interface RunFile {
  readonly format: RunFormat;
  readonly name: string;
  /** When the run began (ISO 8601). */
  readonly startedAt: string;
  readonly seed: number;
  /** "watch" for a run that watched another program's training; absent for others. */
  readonly kind?: string;
  readonly watch?: {readonly folder?: string; readonly found?: {readonly [name: string]: unknown}};
  readonly options: {readonly [name: string]: unknown};
  /** The training settings that resulted from the options. */
  readonly training: {readonly [name: string]: unknown};
  readonly probes: {readonly [name: string]: {readonly [name: string]: unknown}};
  /** Options of the probes that the user gave; absent in runs of earlier versions, whose options all count as given. */
  readonly asked?: {readonly [probe: string]: readonly string[]};
  readonly data: RunData;
  readonly model: {readonly name: string; readonly [fact: string]: unknown};
  readonly engine: {readonly name: string; readonly why?: string; readonly kernels?: string};
  readonly versions: {readonly [name: string]: string};
  /** The sweep that it is one of, by its name. */
  readonly sweep?: string;
}

/** The data that a run began with. */
export interface RunData {
  readonly name: string;
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** How many test images of a very large set count only in the loss and the accuracy; absent if there are none. */
  readonly moreTest?: number;
  /** SHA-256 of their bytes. */
  readonly digest?: string;
  /** Their path from the run's folder, with "/" between its parts, for the case that both were moved. */
  readonly fromRun?: string;
  /** The path of the list of decisions that `--edit` named, in the same form. */
  readonly editFromRun?: string;
  /** How many images that list dropped and relabelled. */
  readonly edits?: {readonly dropped: number; readonly relabelled: number};
}

/** The content of run.json. */
export function runFileText(facts: object): string {
  return `${JSON.stringify(sealed(facts), undefined, 2)}\n`;
}

type Check = (value: unknown) => boolean;
const isObject: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isText: Check = (value) => typeof value === "string";
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isList =
  (is: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(is);

/** The fields that run.json must have, by their paths. */
const FIELDS: readonly (readonly [path: string, what: string, is: Check])[] = [
  ["name", "a text", isText],
  ["startedAt", "a text", isText],
  ["options", "an object", isObject],
  ["probes", "an object", isObject],
  ["engine", "an object", isObject],
  ["engine.name", "a text", isText],
  ["model", "an object", isObject],
  ["versions", "an object", isObject],
  ["data", "an object", isObject],
  ["data.name", "a text", isText],
  ["data.classNames", "a list of texts", isList(isText)],
  ["data.imageShape", "three whole numbers", (value) => isList(isCount)(value) && (value as unknown[]).length === 3],
  ["data.train", "a whole number", isCount],
  ["data.validation", "a whole number", isCount],
  ["data.test", "a whole number", isCount],
];

/**
 * Reads and checks a run's run.json.
 *
 * @throws UserError that names the file, if it is not there, damaged, changed or of another format.
 */
export function readRunFile(folder: string): RunFile {
  try {
    return runFileOf(folder);
  } catch (error) {
    throw error instanceof UserError ? error.takenFor("BAD_FORMAT") : error;
  }
}

function runFileOf(folder: string): RunFile {
  const path = join(folder, "run.json");
  return checkRunFile(
    orUserErrorSync(path, () => readFileSync(path, "utf8"), "read"),
    path,
  );
}

/** Reads run.json from its text. @throws UserError that names `path`, like `readRunFile`. */
export function checkRunFile(text: string, path: string): RunFile {
  const facts = unsealed(parseJson(text, path), path);
  if (!RUN_FORMATS.some((format) => format === facts.format)) {
    throw new UserError(`${path}: expected format ${RUN_FORMATS.join(" or ")}, got ${JSON.stringify(facts.format)}`);
  }
  for (const [field, what, is] of FIELDS) {
    const value = field.split(".").reduce<unknown>((at, name) => (at as {[name: string]: unknown})[name], facts);
    if (!is(value)) throw new UserError(`${path}: expected ${field} to be ${what}, got ${shown(value)}`);
  }
  const file = facts as unknown as RunFile; // its fields were checked
  return file.kind === undefined ? {...file, options: withTestSeed(file.options)} : file;
}

/** A run from a version without the option `testSeed` chose its test images by its own seed. */
function withTestSeed(options: RunFile["options"]): RunFile["options"] {
  const {seed} = options;
  return "testSeed" in options || seed === undefined ? options : {...options, testSeed: seed};
}

/**
 * The same for a run that has trained its network itself.
 *
 * @param what Names the command that needs it, for the error.
 * @throws UserError if it watched another program's network.
 */
export function readTrainedRun(folder: string, what: string): RunFile {
  const file = readRunFile(folder);
  if (file.kind !== "watch") return file;
  const instead = `"watch ${file.watch?.folder}" continues it, and its best network is ${join(folder, "model")}`;
  throw new UserError(
    `${what}: expected a run that trained its network, got ${file.name}, which watched one: ${instead}`,
  );
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80);
}
