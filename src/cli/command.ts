import type {Argv} from "yargs";

/** A subcommand. Each has its own file here, and a line in `catalogue`. */
export interface Command {
  /** The form that yargs needs: "explain <images..>"; "$0" is the command that runs without a name. */
  readonly command: string | readonly string[];
  /** One sentence without a full stop. docs/flags.md and `--help` begin with it. */
  readonly describe: string;
  /** The text of `--help`; without it, `--help` shows all flags. */
  readonly help?: ShortHelp;
  /** The flags of earlier versions with their names of today; the old names work until 1.0. */
  readonly renamed?: {readonly [old: string]: string};
  builder(cli: Argv): void;
  /** @returns The exit code. */
  handler(given: Given): Promise<number>;
}

/** The values from the command line, by the names of flags and positionals. */
export interface Given {
  readonly [flag: string]: unknown;
}

/** A help text that fits a screen of 80 columns. Defaults are not written here: they come from the flags themselves. */
export interface ShortHelp {
  /** The words to type after the program: "explain IMAGE… [flags]". */
  readonly usage: string;
  /** The words to type, and their meaning. If a flag has a default, help adds it at the end. */
  readonly rows: readonly (readonly [typed: string, words: string])[];
  /** More flags, of which help shows only the names. */
  readonly also?: readonly string[];
  /** Command lines that work as they are, and one more sentence that the reader needs. */
  readonly examples?: readonly string[];
  readonly note?: string;
}

/** How to refer to a run, wherever a command takes one. */
export const RUN_WORDS = "a name, its beginning, a folder, latest, or latest~1 (the one before)";

/** A command by its name. Its code is only loaded when it is needed, so that a run does not wait for other commands. */
export interface Listed {
  readonly name: string;
  /** Names of earlier versions, which work until 1.0. */
  readonly before?: readonly string[];
  /** The words for this command in the list of all commands; a command without words stands in the line "Also". */
  readonly words?: string;
  load(): Promise<Command>;
}
