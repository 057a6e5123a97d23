import {existsSync} from "node:fs";
import {UserError} from "../../nouns/options";
import type {Recall} from "../file-memory";
import type {Packer} from "../packer";
import type {ColumnShown} from "../slices-file";

/**
 * The most columns that a page carries, and the most different words of a column; a column with more words makes no
 * useful slices.
 */
const [MOST_COLUMNS, MOST_WORDS] = [40, 65_535];

/** A column in the form in which a run keeps it. */
interface KnownColumn {
  readonly name: string;
  readonly values: readonly string[];
}

/** The user's own columns about the test images; null if there are none. */
export function gatherColumns(path: string, count: number, recall: Recall, pack: Packer): ColumnShown[] | null {
  if (!existsSync(path)) return null;
  const columns = recall(path, "columns", (saved) => (saved as unknown as {columns: readonly KnownColumn[]}).columns);
  return columns.slice(0, MOST_COLUMNS).flatMap(({name, values}): ColumnShown[] => {
    if (values.length !== count) {
      throw new UserError(`${path}: expected ${count} values of ${name}, got ${values.length}`);
    }
    const words = [...new Set(values)];
    if (words.length > MOST_WORDS) return [];
    const places = new Map(words.map((word, n) => [word, n]));
    return [
      {
        name,
        values: words,
        of: pack.add(
          Uint16Array.from(values, (word) => places.get(word) ?? 0),
          [count],
        ),
      },
    ];
  });
}
