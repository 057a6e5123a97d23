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

/** The known word nearest to `word` by edit distance (Levenshtein 1966), if it is near at all: no word is near a letter. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const near = known
    .map((candidate) => ({candidate, distance: editDistance(word, candidate)}))
    .filter(({distance}) => distance <= Math.max(2, word.length / 3) && distance < word.length);
  return near.sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
