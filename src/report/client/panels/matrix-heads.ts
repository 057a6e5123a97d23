import {fitted} from "../../../plots/fitted";

/** How wide texts are, and how much room there is, in pixels. */
export interface MatrixRoom {
  /** The width of the whole table. */
  readonly width: number;
  /** The width of the column with the shares found; 0 if it is left out. */
  readonly found: number;
  /** The gap between cells, and at both ends of a row. */
  readonly gap: number;
  /** One rem. */
  readonly rem: number;
  /** The width of a name in the headings. */
  name(text: string): number;
  /** The width of a count in the cells, in large or small letters. */
  count(text: string, small: boolean): number;
}

export interface MatrixLayout {
  /** The names as they are written: complete, or shortened in the middle. */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** The width of the headings in front of the rows. */
  readonly rowWidth: number;
  readonly cell: number;
  /** Whether the columns' headings stand upright, read from below; else they are lines over their columns. */
  readonly upright: boolean;
  /** Whether counts are written small. */
  readonly small: boolean;
  /** The width of the whole table; if it is more than there is room for, the table scrolls. */
  readonly width: number;
}

/** The greatest width in rems of a name before a row, and of a name over a column if it stands upright. */
const [LONGEST_ROW, LONGEST_COLUMN] = [10, 11];
/** From this width on, in rems, a heading is written across its column, in up to three lines. */
const WIDE_COLUMN = 4.5;
const LINES = 3;
/** Upright headings need this many rems; otherwise they would touch. */
const LEAST_COLUMN = 1.125;
/** How many pixels there are on both sides of a large count together. Small ones may fill their cell. */
const BESIDE_COUNT = 5;

/**
 * The layout of a matrix in which every heading is over its column and is never cut, and every count fits its cell. If
 * the cells would be too narrow for the counts, the table is wider than its place, which scrolls.
 *
 * @param names The names of the classes that are shown.
 * @param longest The longest count that any cell shows.
 */
export function matrixLayout(names: readonly string[], longest: string, room: MatrixRoom): MatrixLayout {
  const {rem} = room;
  const rowRoom = Math.min(LONGEST_ROW * rem, 0.32 * room.width);
  const rows = names.map((name) => fitted(name || "–", rowRoom, room.name));
  const widest = rows.reduce((most, name) => Math.max(most, room.name(name)), 0);
  const rowWidth = Math.max(1.375 * rem, Math.ceil(widest) + 0.5 * rem);
  const least = Math.max(LEAST_COLUMN * rem, room.count(longest, true));
  const beside = rowWidth + room.found + (room.found ? 3 : 2) * room.gap; // a gap at each end too
  const share = (room.width - beside) / names.length - room.gap;
  const cell = Math.max(least, share);
  const small = room.count(longest, false) + BESIDE_COUNT > cell;
  const across = names.every((name) => room.name(name || "–") <= cell);
  const words = names.flatMap((name) => name.split(/\s+/));
  const wide = cell >= WIDE_COLUMN * rem && words.every((word) => room.name(word) <= cell);
  const upright = !across && !wide;
  const most = upright ? LONGEST_COLUMN * rem : across ? Number.POSITIVE_INFINITY : (LINES - 0.7) * cell;
  const columns = names.map((name) => fitted(name || "–", most, room.name));
  const width = cell > share ? beside + names.length * (cell + room.gap) : room.width;
  return {rows, columns, rowWidth, cell, upright, small, width};
}
