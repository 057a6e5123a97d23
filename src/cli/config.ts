import {existsSync} from "node:fs";
import {resolve} from "node:path";

import {EpochscopeError} from "../nouns/errors";
import {kebab} from "../nouns/options";
import type {Given} from "./command";
import type {Flag} from "./declared";

/** The possible names of the file, in the order in which they are tried. */
const NAMES = ["ts", "mts", "js", "mjs", "json"].map((ending) => `epochscope.config.${ending}`);

/** The flags that environment variables may set for every command. */
const OF_ENVIRONMENT: {readonly [flag: string]: string} = {
  save: "EPOCHSCOPE_SAVE",
  data: "EPOCHSCOPE_DATA",
  threads: "EPOCHSCOPE_THREADS",
};

const SHORT: {readonly [flag: string]: string} = {out: "-o", quiet: "-q"};

/** The settings of a config file: flags in camelCase for every command, or for one command under its name. */
type Settings = {readonly [name: string]: unknown};

export interface ConfigQuestion {
  /** The command's name. */
  readonly name: string;
  readonly given: Given;
  /** The words of the command line; a flag that is typed there overrides all others. */
  readonly words: readonly string[];
  readonly flags: readonly Flag[];
  readonly commands: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Commands that only take flags from the command line, because a run continues as it began. */
const WITHOUT = new Set(["resume", "worker", "completion"]);

/**
 * The flags that the user typed; then those of the environment (EPOCHSCOPE_SAVE, EPOCHSCOPE_DATA, EPOCHSCOPE_THREADS),
 * those of the config file in the working folder, and the defaults. The first of these that sets a flag decides.
 *
 * @throws EpochscopeError if the file cannot be read, or sets something that is not a flag.
 */
export async function configured({name, given, words, flags, commands, env}: ConfigQuestion): Promise<Given> {
  if (WITHOUT.has(name)) return given;
  const isTyped = (flag: string) =>
    words.some((word) => word === `--${flag}` || word.startsWith(`--${flag}=`) || word === SHORT[flag]);
  const found = given["no-config"] === true ? undefined : await settings(given.config);
  const own = found && flagsIn(found.file, found.settings, {name, flags, commands});
  const result: {[flag: string]: unknown} = {...given};
  for (const flag of flags) {
    if (isTyped(flag.name)) continue;
    const variable = OF_ENVIRONMENT[flag.name];
    const ofEnvironment = variable === undefined ? undefined : env[variable];
    if (ofEnvironment !== undefined && ofEnvironment !== "") {
      const isNumber = flag.name === "threads" && Number.isFinite(Number(ofEnvironment));
      result[flag.name] = isNumber ? Number(ofEnvironment) : ofEnvironment;
    } else if (own?.has(flag.name)) result[flag.name] = own.get(flag.name);
  }
  return result;
}

/** The settings of a config file that are not flags: the user's own networks and probes (config-own.ts). */
const OWN = ["models", "probes"];

/** The user's own networks and probes in the config file, and the file's name; undefined if there is no file. */
export async function ownSettings(
  words: readonly string[],
): Promise<{readonly file: string; readonly models: unknown; readonly probes: unknown} | undefined> {
  if (words.includes("--no-config")) return undefined;
  const at = words.findIndex((word) => word === "--config" || word.startsWith("--config="));
  const named = at < 0 ? undefined : words[at].includes("=") ? words[at].slice("--config=".length) : words[at + 1];
  const found = await settings(named);
  return found && {file: found.file, models: found.settings.models, probes: found.settings.probes};
}

async function settings(asked: unknown): Promise<{readonly file: string; readonly settings: Settings} | undefined> {
  const file = typeof asked === "string" ? asked : NAMES.find((name) => existsSync(name));
  if (file === undefined) return undefined;
  if (!existsSync(file)) {
    throw new EpochscopeError(`--config: expected a file, got nothing at ${file}`, {code: "NOT_FOUND"});
  }
  const found = /\.json$/i.test(file) ? await jsonIn(file) : await exportOf(file);
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    throw new EpochscopeError(`${file}: expected an object of settings, got ${JSON.stringify(found) ?? "nothing"}`);
  }
  return {file, settings: found as Settings};
}

async function jsonIn(file: string): Promise<unknown> {
  const {readJson}: typeof import("../pipeline/open/model-file") = require("../pipeline/open/model-file");
  return readJson(file);
}

async function exportOf(file: string): Promise<unknown> {
  const {
    defaultExportOf,
  }: typeof import("../pipeline/model/own/model-file") = require("../pipeline/model/own/model-file");
  return defaultExportOf(resolve(file), file, true);
}

/**
 * The flags that a file sets for a command, by their names: those for all commands, overridden by the command's own.
 */
function flagsIn(
  file: string,
  found: Settings,
  {name, flags, commands}: Pick<ConfigQuestion, "name" | "flags" | "commands">,
): Map<string, unknown> {
  const known = new Set(flags.map((flag) => flag.name));
  const set = new Map<string, unknown>();
  const shared = Object.entries(found).filter(([key]) => !commands.includes(key) && !OWN.includes(key));
  for (const [key, value] of shared) {
    if (!(key in OF_ENVIRONMENT) && !["quiet", "color", "open"].includes(key)) {
      const places = ["save", "data", "threads", "quiet", "color", "open", ...OWN, ...commands].join(", ");
      throw new EpochscopeError(`${file}: expected one of ${places}, got ${JSON.stringify(key)}`);
    }
    if (known.has(key)) set.set(key, value);
  }
  const own = found[name] ?? {};
  if (typeof own !== "object" || Array.isArray(own)) {
    throw new EpochscopeError(`${file}: expected flags by name under "${name}", got ${JSON.stringify(own)}`);
  }
  for (const [flag, value] of flattened(own as Settings, "")) {
    if (!known.has(flag)) {
      const at = `${name}.${flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;
      throw new EpochscopeError(`${file}: expected a flag of ${name}, got "${at}"`);
    }
    set.set(flag, Array.isArray(value) ? value.join(",") : value);
  }
  return set;
}

/** Turns nested settings into flags: `{lime: {samples: 250}}` becomes lime.samples. */
function flattened(settings: Settings, prefix: string): [string, unknown][] {
  return Object.entries(settings).flatMap(([key, value]): [string, unknown][] => {
    const flag = prefix + kebab(key);
    const isGroup = typeof value === "object" && value !== null && !Array.isArray(value);
    return isGroup ? flattened(value as Settings, `${flag}.`) : [[flag, value]];
  });
}
