import {textWidth} from "./fit";
import {paint} from "./terminal";

/** The content of a progress bar. */
export interface BarState {
  readonly label: string;
  /** The share that is done, in [0, 1]. */
  readonly share: number;
  /** The figures so far. If there is not room for all, the last one is kept longest. */
  readonly words: readonly string[];
  /** The speed in words; "" if there is none. */
  readonly speed: string;
  /** The time left, such as "0:42". */
  readonly left: string;
}

/** The length of a bar in characters: the greatest, and the least while the words to its right are complete. */
const [LONGEST, SHORTEST] = [28, 8];

/**
 * One line of at most `columns` characters, for `forTerminal`. If there is not room for everything, it leaves out, in
 * this order: a part of the bar, the speed, all figures but the last, the last figure, the time left, the rest of the
 * bar.
 */
export function barLine({label, share, words, speed, left}: BarState, columns: number): string {
  const percent = `${Math.floor(100 * share)}%`.padStart(4);
  const time = `${left} left`;
  const line = (parts: readonly string[], bar: string) =>
    [`${label} ${bar}${percent}`, ...parts.filter((part) => part !== "")].join("  ");
  for (const parts of [[...words, speed, time], [...words, time], [...words.slice(-1), time], [time], []]) {
    const room = columns - textWidth(line(parts, " "));
    if (room >= SHORTEST) return line(parts, `${drawn(share, Math.min(LONGEST, room))} `);
  }
  return line([], "");
}

function drawn(share: number, length: number): string {
  const done = Math.round(length * share);
  return paint.magenta("━".repeat(done)) + paint.dim("━".repeat(length - done));
}
