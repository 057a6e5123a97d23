import type {Argv} from "yargs";

/** One subcommand: a file of its own here, and a line in `commands`. */
export interface Command {
  /** yargs' form: "explain <images..>"; "$0" is what runs without a name. */
  readonly command: string | readonly string[];
  readonly describe: string;
  builder(cli: Argv): void;
  /** @returns The exit code. */
  handler(given: {readonly [flag: string]: unknown}): Promise<number>;
}
