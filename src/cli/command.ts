import type {Argv} from "yargs";

/** One subcommand: a file of its own here, and a line in `catalogue`. */
export interface Command {
  /** yargs' form: "explain <images..>"; "$0" is what runs without a name. */
  readonly command: string | readonly string[];
  /** One sentence, without a full stop: docs/flags.md and `--help` begin with it. */
  readonly describe: string;
  /** What `--help` shows; without it, `--help` shows every flag. */
  readonly help?: ShortHelp;
  /** Flags of earlier versions, and what they are called now: the old ones work until 1.0. */
  readonly renamed?: {readonly [old: string]: string};
  builder(cli: Argv): void;
  /** @returns The exit code. */
  handler(given: Given): Promise<number>;
}

/** What was given on the command line, by the flags' and the positionals' names. */
export interface Given {
  readonly [flag: string]: unknown;
}

/** A help text that fits a screen of 80 columns. Defaults are not written here: they come from the flags themselves. */
export interface ShortHelp {
  /** What is typed after the program: "explain IMAGE… [flags]". */
  readonly usage: string;
  /** What is typed, and what it means; where a flag has a default, that is put behind. */
  readonly rows: readonly (readonly [typed: string, words: string])[];
  /** Further flags, by name alone. */
  readonly also?: readonly string[];
  /** Command lines that work as they stand, and the sentence that a reader needs besides. */
  readonly examples?: readonly string[];
  readonly note?: string;
}

/** How a run is named, wherever one is asked for. */
export const RUN_WORDS = "a name, its beginning, a folder, latest, or latest~1 (the one before)";

/** A command by name. Its code is loaded when it is asked for: a run need not wait for what it does not use. */
export interface Listed {
  readonly name: string;
  /** Names of earlier versions, which work until 1.0. */
  readonly before?: readonly string[];
  /** What the list of all commands says of it; a command without words stands in the line "Also". */
  readonly words?: string;
  load(): Promise<Command>;
}
