import {readFileSync} from "node:fs";
import yargs, {type Argv} from "yargs";

import {EpochscopeError} from "../nouns/errors";
import {catalogue, listed} from "./catalogue";
import type {Command, Given} from "./command";
import {type CommandLine, commandLineOf} from "./command-line";
import {registerOwn} from "./config-own";
import {COMMON, declaredBy, type Flag, topicsOf} from "./declared";
import {endBySignal} from "./end-by-signal";
import {exitCodeOf} from "./exit-codes";
import {inWordsOfOurs, unknownCommand, unknownTopic} from "./mistakes";
import {noteOldWay, takeNotes} from "./notes";
import {programCommand} from "./shell-words";
import {complain, complainError, muteOthers, paint, say} from "./terminal";

/** Every command, loaded. */
export function allCommands(): Promise<Command[]> {
  return Promise.all(catalogue.map(({load}) => load()));
}

/** Runs one command line. @returns The exit code (`exit-codes.ts`). */
export async function main(argv: readonly string[]): Promise<number> {
  const isVerbose = argv.includes("--verbose");
  const unmute = isVerbose ? () => {} : muteOthers("debug", "info", "trace", "warn");
  const unheed = endBySignal();
  try {
    const code = await answer(commandLineOf(argv), argv);
    const notes = takeNotes();
    if (!isQuiet(argv)) for (const note of notes) complain(`${paint.yellow("note")} ${note}`);
    return code;
  } catch (error) {
    complainError(error as Error, {isVerbose, isJson: argv.includes("--json")});
    return exitCodeOf(error);
  } finally {
    unmute();
    unheed();
  }
}

async function answer(line: CommandLine, argv: readonly string[]): Promise<number> {
  if (line.help !== undefined) {
    await registerOwn(argv); // the probes of the config file have flags, too
    return printHelp(line, line.help);
  }
  if (line.version) {
    say(versionOf());
    return 0;
  }
  if (line.stray !== undefined) throw await unknownCommand(line.stray, saveOf(line.rest));
  if (line.command?.name !== "completion") await registerOwn(argv);
  const chosen = line.command ?? (listed("run") as NonNullable<CommandLine["command"]>); // it is in the list
  if (line.word !== undefined && line.word !== chosen.name) noteOldWay(`"${line.word}"`, `"${chosen.name}"`);
  return answerBy(await chosen.load(), chosen.name, line.rest);
}

async function answerBy(command: Command, name: string, words: readonly string[]): Promise<number> {
  let code = 0;
  const rest = renamed(words, command.renamed ?? {});
  // every command is yargs' default one: which it is has been found out already
  const spec = ([command.command].flat().at(-1) as string).replace(/^\S+/, "$0"); // every command has a form
  const {flags} = declaredBy((sub) => command.builder(sub));
  checkSwitches(rest, [...flags, ...COMMON]);
  const cli = yargs(rest)
    .scriptName("epochscope")
    .help(false)
    .version(false)
    .strict()
    .exitProcess(false)
    // yargs' strict() refuses its own dotted options unless dots are left alone.
    .parserConfiguration({"dot-notation": false, "camel-case-expansion": false, "boolean-negation": false})
    .option("quiet", {type: "boolean", alias: "q"})
    .option("verbose", {type: "boolean"})
    .option("color", {type: "string", choices: ["auto", "always", "never"], requiresArg: true})
    .option("no-color", {type: "boolean"})
    .option("json", {type: "boolean"})
    .option("config", {type: "string", requiresArg: true})
    .option("no-config", {type: "boolean"})
    .fail((message, error) => {
      throw error ?? new EpochscopeError(message, {code: "BAD_OPTION"});
    });
  cli.command({
    command: spec,
    builder: (sub: Argv) => {
      command.builder(sub);
      return sub;
    },
    handler: async (given) => {
      code = await command.handler(await withConfig(given, command, name, rest));
    },
  });
  try {
    await cli.parseAsync();
    return code;
  } catch (error) {
    throw await inWordsOfOurs(error as Error, {name, command, rest, flags: flagsOf(cli)});
  }
}

/** The flags that the user typed, then those of the environment, then those of the config file. */
async function withConfig(given: Given, command: Command, name: string, words: readonly string[]): Promise<Given> {
  const {configured}: typeof import("./config") = require("./config");
  const {flags} = declaredBy((cli) => command.builder(cli));
  return configured({name, given, words, flags, commands: catalogue.map((one) => one.name), env: process.env});
}

async function printHelp({command: chosen, rest}: CommandLine, topic: string): Promise<number> {
  const {shortHelp, topHelp, topicHelp}: typeof import("./help") = require("./help");
  const program = programCommand();
  const isTop = !chosen && topic === "" && rest.length === 0;
  if (isTop) {
    for (const text of topHelp(program)) say(text);
    return 0;
  }
  const listedAs = chosen ?? (listed("run") as NonNullable<CommandLine["command"]>); // it is in the list
  const command = await listedAs.load();
  const lines = topic === "" ? shortHelp(command, program) : topicHelp(command, topic, program);
  if (!lines) throw unknownTopic(topic, topicsOf(command));
  for (const text of lines) say(text);
  return 0;
}

/** The words, with the flags of earlier versions replaced by those of today. */
function renamed(words: readonly string[], names: {readonly [old: string]: string}): string[] {
  const end = words.indexOf("--");
  return words.map((word, i) => {
    const [, old, value = ""] = /^--([^=]+)(=.*)?$/s.exec(word) ?? [];
    const now = old === undefined || (end >= 0 && i > end) || !Object.hasOwn(names, old) ? undefined : names[old];
    if (now === undefined) return word;
    noteOldWay(`--${old}`, `--${now}`);
    return `--${now}${value}`;
  });
}

/** @throws EpochscopeError if a flag that is on or off is given another value: yargs would take that for off. */
function checkSwitches(words: readonly string[], flags: readonly Flag[]): void {
  const switches = new Set(flags.filter(({isBoolean}) => isBoolean).map(({name}) => name));
  for (const word of words) {
    if (word === "--") return;
    const [, name, value] = /^--([^=]+)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || !switches.has(name) || value === "true" || value === "false") continue;
    throw new EpochscopeError(`--${name}: expected no value, true or false, got "${value}"`, {code: "BAD_OPTION"});
  }
}

/** All flags that are declared so far: yargs knows them, but its types do not say so. */
function flagsOf(cli: Argv): string[] {
  return Object.keys((cli as unknown as {getOptions(): {key: object}}).getOptions().key);
}

function isQuiet(argv: readonly string[]): boolean {
  return argv.includes("--quiet") || argv.includes("-q");
}

/** The folder in which runs are kept, as far as the words tell. */
function saveOf(words: readonly string[]): string {
  const at = words.indexOf("--save");
  return at >= 0 && at + 1 < words.length ? words[at + 1] : "save";
}

function versionOf(): string {
  return JSON.parse(readFileSync(require.resolve("../../package.json"), "utf8")).version;
}
