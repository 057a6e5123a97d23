import type {Argv} from "yargs";

import {kebab, type Option} from "../nouns/options";

type Table = {readonly [name: string]: Option<unknown>};

/** Declares a table's options as flags, `prefix` before each name: "" or "saliency.". */
export function declareFlags(cli: Argv, table: object, prefix: string, group: string): void {
  for (const [name, {default: value, help}] of Object.entries(table as Table)) {
    cli.option(prefix + kebab(name), {
      describe: help,
      group,
      requiresArg: typeof value !== "boolean",
      defaultDescription: value === "" || value === 1e9 ? "" : `${value}`,
      // Numbers stay as given, so that a wrong one can be shown as it was typed.
      ...(typeof value === "number" ? {} : {type: typeof value as "string" | "boolean"}),
    });
  }
}

/** What was given for a table's options, by their own names. */
export function givenOf(
  given: {readonly [flag: string]: unknown},
  table: object,
  prefix: string,
): {[name: string]: unknown} {
  return Object.fromEntries(
    Object.keys(table).flatMap((name) => {
      const value = given[prefix + kebab(name)];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
