import {listed} from "./catalogue";
import type {Listed} from "./command";

/** A command line, before its flags are known. */
export interface CommandLine {
  /** The command, if the line names one. */
  readonly command?: Listed;
  /** The word that names the command, as the user typed it. */
  readonly word?: string;
  /**
   * The first word that is neither a command nor, as far as one can tell, the value of a flag. No command has this
   * name.
   */
  readonly stray?: string;
  /** All other words, in order. */
  readonly rest: readonly string[];
  /** The help that the user asks for: "" for the short one, else a topic. */
  readonly help?: string;
  readonly version: boolean;
}

/** Flags that take no value: a word after one of them may be a command. */
const ALONE = new Set([
  ...["--quiet", "-q", "--verbose", "--no-color", "--json", "--no-config", "--open", "--serve", "--dry-run", "--once"],
  ...["--page-model", "--report", "--invert", "--curves", "--header", "--no-header", "--no-trials"],
]);

/** Finds the command in a command line, and whether help or the version is asked for. */
export function commandLineOf(argv: readonly string[]): CommandLine {
  const rest: string[] = [];
  let command: {readonly command: Listed; readonly word: string} | undefined;
  let help: string | undefined;
  let version = false;
  let stray: string | undefined;
  let isOpen = true; // no word so far, other than flags and their values
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i];
    const next = argv[i + 1];
    if (word === "--") {
      rest.push(...argv.slice(i));
      break;
    }
    if (word === "--help" || word === "-h") {
      help = "";
      if (next !== undefined && !next.startsWith("-")) help = argv[++i];
      continue;
    }
    if (word.startsWith("--help=")) {
      help = word.slice("--help=".length);
      continue;
    }
    if (word === "--version" && command === undefined) {
      version = true;
      continue;
    }
    if (word.startsWith("-") && word !== "-") {
      rest.push(word);
      const hasValue = !word.includes("=") && !ALONE.has(word) && next !== undefined && !next.startsWith("-");
      if (hasValue && isOpen) rest.push(argv[++i]);
      continue;
    }
    const found = isOpen ? listed(word) : undefined;
    if (found) command = {command: found, word};
    else rest.push(word);
    if (!found && isOpen) stray = word;
    isOpen = false;
  }
  // `help explain` is asked as other programs take it
  if (!command && help === undefined && rest[0] === "help") return {...lineOfHelp(rest.slice(1)), version};
  // `--help explain` names a command, not a topic
  const named = help && !command ? listed(help) : undefined;
  if (named) return {command: named, word: named.name, rest, help: "", version};
  return {...command, rest, ...(help === undefined ? {} : {help}), ...(stray === undefined ? {} : {stray}), version};
}

function lineOfHelp([name, topic = ""]: readonly string[]): Omit<CommandLine, "version"> {
  const command = name === undefined ? undefined : listed(name);
  return command ? {command, word: name, rest: [], help: topic} : {rest: [], help: name ?? ""};
}
