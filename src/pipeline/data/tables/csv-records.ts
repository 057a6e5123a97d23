import {Readable} from "node:stream";

import {UserError} from "../../../nouns/options";

/**
 * @file Asks the CSV reader, papaparse (Holt 2013), piece by piece for the cells of each record and for the record's
 * line.
 */

/**
 * The most letters of one record. If there are more, a quote was opened and never closed, or the text is not a table.
 */
const LONGEST_RECORD = 1 << 24;

/**
 * Reads the records of a text (RFC 4180: cells may be quoted, and then hold separators, line ends and doubled quotes).
 * Lines that contain only separators are not records. If blanks separate cells, tabs do so too, and several of them
 * together count as one separator.
 *
 * @param text Every line ends in "\n", the last one too.
 * @param use Gets each record's cells, and the number of the line in which the record begins.
 * @param firstLine The number of the text's first line.
 * @returns How many lines contained only separators.
 * @throws UserError if a quote is not closed, if something follows a closing quote, or if a record has no end.
 */
export async function eachRecord(
  what: string,
  text: AsyncIterable<string>,
  separator: string,
  use: (cells: string[], line: number) => void,
  firstLine = 1,
): Promise<number> {
  const {default: Papa} = await import("papaparse"); // loaded only when it is needed, because a run reads no table
  let [line, waiting, quoted, bare] = [firstLine, 0, false, 0];
  async function* watched() {
    for await (const piece of text) {
      quoted ||= piece.includes('"');
      waiting += piece.length;
      yield blanked(piece, separator);
    }
  }
  const source = Readable.from(watched());
  await new Promise<void>((resolve, reject) => {
    const end = (error?: unknown) => {
      source.destroy();
      if (error) reject(error);
      else resolve();
    };
    source.on("error", end);
    Papa.parse<string[]>(source, {
      delimiter: separator,
      newline: "\n",
      chunk({data, errors}) {
        const bad = errors.find(({row = 0}) => row < data.length)?.row; // of a record that is cut off, only later
        if (data.length > 0) waiting = 0;
        if (waiting > LONGEST_RECORD) throw endless(what, line);
        for (let r = 0; r < data.length; r++) {
          if (r === bad) throw unclosed(what, line);
          const cells = tidy(data[r], separator);
          if (!isEmpty(cells)) use(cells, line);
          else if (cells.length > 1) bare++;
          line += quoted ? 1 + linesWithin(data[r]) : 1;
        }
      },
      complete: () => end(),
      error: end,
    });
  });
  return bare;
}

/**
 * The first records of a text.
 *
 * @param cut Whether the text was cut off: its last record is then left out.
 * @returns The records before the first one whose quotes do not fit this separator, and whether there is such a record.
 */
export async function firstRecords(
  text: string,
  separator: string,
  most: number,
  cut: boolean,
): Promise<{records: string[][]; broken: boolean}> {
  const {default: Papa} = await import("papaparse");
  const {data, errors} = Papa.parse<string[]>(blanked(text, separator), {
    delimiter: separator,
    newline: "\n",
    preview: most,
  });
  if (cut && data.length < most) data.pop();
  const whole = Math.min(data.length, ...errors.map(({row = 0}) => row));
  const records = data.slice(0, whole).map((cells) => tidy(cells, separator));
  return {records: records.filter((cells) => !isEmpty(cells)), broken: whole < data.length};
}

function blanked(text: string, separator: string): string {
  return separator === " " ? text.replaceAll("\t", " ") : text;
}

function tidy(cells: string[], separator: string): string[] {
  return separator === " " ? cells.filter((cell) => cell !== "") : cells;
}

function isEmpty(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === "");
}

function linesWithin(cells: readonly string[]): number {
  let lines = 0;
  for (const cell of cells) for (let at = cell.indexOf("\n"); at >= 0; at = cell.indexOf("\n", at + 1)) lines++;
  return lines;
}

function endless(what: string, line: number): UserError {
  const most = LONGEST_RECORD.toLocaleString("en");
  return new UserError(
    `${what}, line ${line}: expected at most ${most} characters in a row, got more: a quote may not be closed`,
  );
}

function unclosed(what: string, line: number): UserError {
  return new UserError(
    `${what}, line ${line}: expected quoted cells that end in a quote and then a separator, got one that does not`,
  );
}
