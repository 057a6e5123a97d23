import {textWidth} from "./fit";
import {paint} from "./terminal";

/** What a progress bar says. */
export interface BarState {
  readonly label: string;
  /** Done, in [0, 1]. */
  readonly share: number;
  /** Figures so far; where there is not room for all, the last is kept longest. */
  readonly words: readonly string[];
  /** "" where there is none. */
  readonly speed: string;
  /** Time left, "0:42". */
  readonly left: string;
}

/** Characters of a bar: where there is room, and at least while what stands right of it is whole. */
const [LONGEST, SHORTEST] = [28, 8];

/**
 * One line of at most `columns`, for `forTerminal`. Where there is not room for all, the bar shortens; then the speed goes,
 * then the figures but the last, then that, then the time left, then the bar.
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
