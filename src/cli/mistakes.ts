import {existsSync, statSync} from "node:fs";
import {join} from "node:path";

import {EpochscopeError} from "../nouns/errors";
import {nearest} from "../nouns/nearest";
import {catalogue} from "./catalogue";
import type {Command} from "./command";
import {declaredBy} from "./declared";
import {shellWord} from "./shell-words";

/** @file Turns mistakes in a command line into our own words, with a hint at what would work. */

interface Context {
  readonly name: string;
  readonly command: Command;
  readonly rest: readonly string[];
  /** All flags that the command knows. */
  readonly flags: readonly string[];
}

/**
 * The error for a word that stands in the place of a command and is none. It names the nearest command, or the flag
 * that takes such a word.
 */
export async function unknownCommand(word: string, save: string): Promise<EpochscopeError> {
  const near = nearest(
    word,
    catalogue.map(({name}) => name),
  );
  const hint = near ?? (await takerOf(word, save));
  const words = hint === undefined ? "--help lists them" : `did you mean ${hint}?`;
  return new EpochscopeError(`"${word}": expected a known command, got this one; ${words}`, {code: "BAD_OPTION"});
}

/**
 * The command line that accepts the thing which a word names.
 *
 * @returns Undefined if the word names nothing.
 */
async function takerOf(word: string, save: string): Promise<string | undefined> {
  const typed = shellWord(word);
  if (existsSync(join(save, word, "run.json")) || existsSync(join(word, "run.json"))) return `report ${typed}`;
  const array = /^(.*\.npz):[^/\\:]+$/i.exec(word)?.[1];
  if (!existsSync(array ?? word)) return undefined;
  if (statSync(array ?? word).isDirectory()) return `--data ${typed}`;
  if (/\.(png|jpe?g)$/i.test(word)) return `explain ${typed}`;
  if (/\.onnx$/i.test(word)) return `explain IMAGE --model ${typed}`;
  return array !== undefined || /\.(csv|tsv|npy|npz)(\.gz)?$/i.test(word) ? `map ${typed}` : undefined;
}

/** The error for a help topic that a command does not have. */
export function unknownTopic(topic: string, topics: readonly string[]): EpochscopeError {
  const near = nearest(topic, topics);
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  return new EpochscopeError(`--help: expected one of ${topics.join(", ")}, got "${topic}"${hint}`);
}

/** Turns an error of yargs into our own words, with the nearest known flag. */
export async function inWordsOfOurs(error: Error, context: Context): Promise<Error> {
  const words = await wordsOf(error.message, context);
  return words === undefined ? error : new EpochscopeError(words, {code: "BAD_OPTION"});
}

async function wordsOf(message: string, {name, command, rest, flags}: Context): Promise<string | undefined> {
  const lacking = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  if (lacking !== undefined) return `--${lacking}: expected a value, got none`;
  const {positionals} = declaredBy((cli) => command.builder(cli));
  if (/^Not enough non-option arguments/.test(message)) {
    const count = rest.filter((word) => !word.startsWith("-")).length;
    const [first] = positionals.slice(Math.min(count, positionals.length - 1));
    const what = first.choices.length > 0 ? first.choices.join(", ") : first.help;
    return `${name}: expected ${what}, got none; \`${name} --help\` shows how`;
  }
  const choice = /^Invalid values:\n +Argument: (\S+), Given: (.*), Choices: (.*)$/s.exec(message);
  if (choice) {
    const known = choice[3].replaceAll('"', "");
    const place = positionals.some((one) => one.name === choice[1]) ? name : `--${choice[1]}`;
    const near = nearest(choice[2].replaceAll('"', ""), known.split(", "));
    return `${place}: expected one of ${known}, got ${choice[2]}${near === undefined ? "" : `; did you mean ${near}?`}`;
  }
  const unknown = /^Unknown arguments?: (.+)$/s.exec(message)?.[1].split(", ");
  if (!unknown) return undefined;
  const dashesOf = (word: string) =>
    ["--", "-"].find((dashes) =>
      rest.some((given) => given === dashes + word || given.startsWith(`${dashes}${word}=`)),
    );
  // yargs splits "-abc" into letters; the error names the whole word
  return unknown
    .map((word) => {
      const dashes = dashesOf(word) ?? (rest.includes(word) ? undefined : "-");
      if (dashes === undefined) return strayWords(word, name, positionals.length > 0);
      const near = nearest(word, flags);
      const hint = near === undefined ? `\`${name} --help all\` lists them` : `did you mean --${near}?`;
      return `${dashes}${word}: expected a known flag, got this one; ${hint}`;
    })
    .join("; ");
}

function strayWords(word: string, name: string, takesWords: boolean): string {
  return takesWords
    ? `"${word}": expected nothing more after ${name}, got this; \`${name} --help\` shows how`
    : `"${word}": expected flags after ${name}, got this; \`${name} --help\` shows them`;
}
