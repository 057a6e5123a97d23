import {readFileSync} from "node:fs";
import yargs, {type Argv} from "yargs";

import {nearest} from "../nouns/nearest";
import {UserError} from "../nouns/options";
import {inOneLine} from "../nouns/system-errors";
import type {Command} from "./command";
import {compareCommand} from "./compare";
import {explainCommand} from "./explain";
import {labelsCommand} from "./labels";
import {projectCommand} from "./project";
import {reportCommand} from "./report";
import {resumeCommand} from "./resume";
import {runCommand} from "./run";
import {programCommand} from "./shell-words";
import {sweepCommand} from "./sweep";
import {complain, muteOthers, paint} from "./terminal";
import {watchCommand} from "./watch";

/** Every command there is, in the order `--help` lists them. */
export const commands: readonly Command[] = [
  runCommand,
  watchCommand,
  resumeCommand,
  reportCommand,
  explainCommand,
  compareCommand,
  sweepCommand,
  labelsCommand,
  projectCommand,
];

/** Runs one command line. @returns The exit code: 0, 1 for an error, 130 where the user broke off. */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const cli = yargs([...argv])
    .scriptName(programCommand())
    .usage("$0 [command] [flags]\n\nTrains an image classifier and shows, after every epoch, what it has learnt.")
    .version("version", "show the version", versionOf())
    .strict()
    .exitProcess(false)
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    // yargs' strict() refuses its own dotted options unless dots are left alone.
    .parserConfiguration({"dot-notation": false, "camel-case-expansion": false, "boolean-negation": false})
    .group([], "Run:") // first in the list
    .option("quiet", {type: "boolean", describe: "print nothing but errors", group: "Output:"})
    .option("verbose", {type: "boolean", describe: "show where in the code an error arose", group: "Output:"})
    .option("no-color", {type: "boolean", describe: "plain text", group: "Output:"})
    .help("help", "show this list")
    .alias("help", "h")
    .fail((message, error) => {
      throw error ?? new UserError(message);
    });
  for (const {command, describe, builder, handler} of commands) {
    cli.command({
      command,
      describe,
      builder: (sub: Argv) => {
        builder(sub);
        return sub;
      },
      handler: async (given) => {
        code = await handler(given);
      },
    });
  }
  const unmute = argv.includes("--verbose") ? () => {} : muteOthers("debug", "info", "trace", "warn");
  try {
    await cli.parseAsync();
    return code;
  } catch (error) {
    complain(`${paint.red("error:")} ${wordsOf(error as Error, flagsOf(cli), argv)}`);
    if (argv.includes("--verbose")) for (const line of `${(error as Error).stack}`.split("\n")) complain(line);
    return 1;
  } finally {
    unmute();
  }
}

/** Every flag declared by now: yargs knows them, but its types do not tell. */
function flagsOf(cli: Argv): string[] {
  return Object.keys((cli as unknown as {getOptions(): {key: object}}).getOptions().key);
}

/** The error in one line, in our words where it is yargs' own: with the nearest known flag or command. */
function wordsOf(error: Error, flags: readonly string[], argv: readonly string[]): string {
  const lacking = /^Not enough arguments following: (.+)$/.exec(error.message)?.[1];
  if (lacking) return `--${lacking}: expected a value, got none`;
  const unknown = /^Unknown arguments?: (.+)$/.exec(error.message)?.[1].split(", ");
  // a line end in our own words is a name's, and is shown; other ones' further lines explain what ours leave out
  if (!unknown) return inOneLine(error);
  const names = commands
    .flatMap(({command}) => command)
    .map((command) => command.split(" ")[0])
    .filter((name) => name !== "$0"); // what runs without a name
  const dashesOf = (word: string) =>
    ["--", "-"].find((dashes) => argv.some((given) => given.startsWith(dashes + word)));
  const isFlag = (word: string) => dashesOf(word) !== undefined;
  // the first other word was to be a command; those after it are that command's
  const command = unknown.find((word) => !isFlag(word));
  return unknown
    .filter((word) => isFlag(word) || word === command)
    .map((word) => {
      const near = nearest(word, isFlag(word) ? flags : names);
      const [shown, kind] = isFlag(word) ? [`${dashesOf(word)}${word}`, "flag"] : [`"${word}"`, "command"];
      const hint = near ? `did you mean ${isFlag(word) ? "--" : ""}${near}?` : "--help lists them";
      return `${shown}: expected a known ${kind}, got this one; ${hint}`;
    })
    .join("; ");
}

function versionOf(): string {
  return JSON.parse(readFileSync(require.resolve("../../package.json"), "utf8")).version;
}
