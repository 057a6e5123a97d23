import type {Argv} from "yargs";

import {kebab, type Option} from "../nouns/options";
import {noteOldWay} from "./notes";

type Table = {readonly [name: string]: Option<unknown>};

/** Declares a table's options as flags, `prefix` before each name: "" or "saliency.". */
export function declareFlags(cli: Argv, table: object, prefix: string, group: string): void {
  for (const [name, option] of Object.entries(table as Table)) {
    const {default: value, help} = option;
    cli.option(prefix + flagOf(name, option), {
      describe: help,
      group,
      ...(prefix + name === "out" ? {alias: "o"} : {}),
      requiresArg: typeof value !== "boolean",
      defaultDescription: wordFor(option, value) ?? (value === "" || value === 1e9 ? "" : `${value}`),
      // Numbers stay as given, so that a wrong one can be shown as it was typed.
      ...(typeof value === "number" ? {} : {type: typeof value as "string" | "boolean"}),
    });
  }
}

/** The values that were given for a table's options, by the options' own names. */
export function givenOf(
  given: {readonly [flag: string]: unknown},
  table: object,
  prefix: string,
): {[name: string]: unknown} {
  return Object.fromEntries(
    Object.entries(table as Table).flatMap(([name, option]) => {
      const flag = prefix + flagOf(name, option);
      const value = given[flag];
      const word = value === undefined ? undefined : wordFor(option, value);
      if (word === "auto" || word === "label")
        noteOldWay(`--${flag} ${value === "" ? '""' : value}`, `--${flag} ${word}`);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** An option's flag, without dashes. */
export function flagOf(name: string, {flag}: Partial<Option<unknown>>): string {
  return flag ?? kebab(name);
}

/**
 * The word that stands for a value of an option: "auto" for its 0.
 *
 * @returns Undefined if there is no such word.
 */
function wordFor(option: Partial<Option<unknown>> | undefined, value: unknown): string | undefined {
  return Object.entries(option?.words ?? {}).find(([, meant]) => meant === value)?.[0];
}
