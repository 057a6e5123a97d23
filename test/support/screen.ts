/** @file A terminal of some width, as far as our output goes: what stands on it, and what was wrapped or left behind. */

export interface Screen {
  /** Lines, each without spaces at its end. */
  readonly lines: readonly string[];
  /** Lines that went on past the right edge, and so took two rows. */
  readonly wrapped: readonly string[];
  readonly isCursorShown: boolean;
  readonly wraps: boolean;
  /** Addresses of links (OSC 8), in their order. */
  readonly links: readonly string[];
}

const ESCAPE = "\x1b";
/** After an escape: an order to the terminal, or a link's address. */
const SEQUENCE = /^(?:[78]|\[(\??)([\d;]*)([A-Za-z])|\]8;[^;]*;([!-~]*)$)/;

/** @throws Error for a sequence that is not known here. */
export function screenOf(output: string, columns: number): Screen {
  const rows: string[][] = [[]];
  const wrapped = new Set<number>();
  const links: string[] = [];
  let [row, column] = [0, 0];
  let [isCursorShown, wraps] = [true, true];
  let saved = [0, 0];
  const put = (character: string) => {
    if (column >= columns) {
      if (!wraps) {
        rows[row][columns - 1] = character;
        return;
      }
      wrapped.add(row);
      rows.splice(++row, 0, []);
      column = 0;
    }
    rows[row][column++] = character;
  };
  for (let at = 0; at < output.length; ) {
    if (output[at] === ESCAPE) {
      const rest = output.slice(at + 1, at + 2000);
      const isLink = rest.startsWith("]");
      const part = isLink ? rest.slice(0, rest.indexOf(`${ESCAPE}\\`)) : rest;
      const [whole, mark, number, letter, address] = SEQUENCE.exec(part) ?? [part];
      at += 1 + whole.length + (isLink ? 2 : 0);
      if (whole === "7") saved = [row, column];
      else if (whole === "8") [row, column] = saved;
      else if (address !== undefined) links.push(...(address ? [address] : []));
      else if (mark && number === "25") isCursorShown = letter === "h";
      else if (mark && number === "7") wraps = letter === "h";
      else if (letter === "G") column = Number(number || 1) - 1;
      else if (letter === "K" && number === "2") rows[row] = [];
      else if (letter === "K" && (number === "0" || number === ""))
        rows[row].length = Math.min(rows[row].length, column);
      else if (letter === "K" && number === "1") rows[row].fill(" ", 0, column + 1);
      else if (letter !== "m") throw new Error(`screen: expected a known sequence, got ${JSON.stringify(whole)}`);
      continue;
    }
    const character = String.fromCodePoint(output.codePointAt(at) as number);
    at += character.length;
    if (character === "\r") column = 0;
    else if (character === "\n") {
      rows.splice(++row, 0, []);
      column = 0;
    } else put(character);
  }
  const text = (cells: string[]) =>
    Array.from(cells, (cell) => cell ?? " ")
      .join("")
      .trimEnd();
  return {lines: rows.map(text), wrapped: [...wrapped].map((n) => text(rows[n])), isCursorShown, wraps, links};
}
