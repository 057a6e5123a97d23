/** @file Reads the text of one cell of a table: a number, a missing value, or words. */

/** The mark before the decimals of a number. */
export type Decimal = "point" | "comma";

/**
 * The ways in which a cell can be read, as bits. A cell may be a number in two ways: "12" is 12 in both; "1.234" is
 * 1.234 with a decimal point and 1234 with a decimal comma, which the bit `twofold` marks. A cell without any bit is
 * text.
 */
export const CellKind = {words: 0, point: 1, comma: 2, missing: 4, infinite: 8, twofold: 16} as const;
/** How many different values `kindOf` returns, which are used as indices of counts. */
export const CELL_KINDS = 32;

const {words: WORDS, point: POINT, comma: COMMA, missing: MISSING, infinite: INFINITE} = CellKind;
const BOTH = POINT | COMMA;
/** A number with either mark, but two different numbers. */
export const TWOFOLD = BOTH | CellKind.twofold;

/**
 * How spreadsheets, R, SAS, pandas, numpy and people write that there is no value. Cells are compared with these in
 * lower case.
 */
const NOTHING = new Set(
  "|na|n/a|n.a.|nan|+nan|-nan|<na>|#na|null|nil|none|?|-|--|–|—|.|..|#n/a|#n/a n/a|#div/0!|#value!|#ref!|#name?|#num!|#null!|#nv|1.#qnan|-1.#qnan|1.#ind|-1.#ind".split(
    "|",
  ),
);
const INFINITY = /^[+-]?(?:inf|infinity|∞|1\.#inf)$/i;

const EXPONENT = "(?:e[+-]?\\d+)?$";
/** Digits in groups of three, as people write large numbers. All group marks in a number are the same. */
const grouped = (marks: string) => `[+-]?[1-9]\\d{0,2}([${marks}])\\d{3}(?:\\1\\d{3})*`;
const BY_POINT = [
  new RegExp(`^[+-]?(?:\\d+\\.?\\d*|\\.\\d+)${EXPONENT}`, "i"),
  new RegExp(`^${grouped(",\\s'’")}(?:\\.\\d*)?${EXPONENT}`, "i"),
];
const BY_COMMA = [
  new RegExp(`^[+-]?(?:\\d+(?:,\\d+)?|,\\d+)${EXPONENT}`, "i"),
  new RegExp(`^${grouped(".\\s'’")}(?:,\\d+)?${EXPONENT}`, "i"),
];

const [ZERO, NINE, DOT, MINUS] = [48, 57, 46, 45];

/** @returns The bits of `CellKind` that fit the cell. Blanks around it are ignored. */
export function kindOf(cell: string): number {
  // most cells are plain digits with at most one point, which need no regular expressions
  const begin = cell.charCodeAt(0) === MINUS ? 1 : 0;
  let dot = -1;
  let at = begin;
  for (; at < cell.length; at++) {
    const code = cell.charCodeAt(at);
    if (code >= ZERO && code <= NINE) continue;
    if (code !== DOT || dot >= 0) return kindOfAny(cell);
    dot = at;
  }
  if (at === begin || at > 300 || (dot >= 0 && at === begin + 1)) return kindOfAny(cell);
  if (dot < 0) return BOTH;
  const groups = at - dot === 4 && dot > begin && dot - begin <= 3 && cell.charCodeAt(begin) !== ZERO;
  return groups ? TWOFOLD : POINT;
}

function kindOfAny(cell: string): number {
  const text = plain(cell);
  if (NOTHING.has(text.toLowerCase())) return MISSING;
  if (INFINITY.test(text)) return INFINITE;
  const kind =
    (BY_POINT.some((form) => form.test(text)) ? POINT : 0) | (BY_COMMA.some((form) => form.test(text)) ? COMMA : 0);
  if (kind === WORDS) return WORDS;
  const size = kind & POINT ? numberOf(text, "point") : numberOf(text, "comma");
  if (!Number.isFinite(size)) return INFINITE; // 1e400 is more than a double holds
  return kind === BOTH && size !== numberOf(text, "comma") ? TWOFOLD : kind;
}

/** The number in a cell whose kind has the mark's bit, rounded once, to the nearest double. */
export function numberOf(cell: string, decimal: Decimal): number {
  if (decimal === "point") {
    const value = Number(cell);
    if (!Number.isNaN(value)) return value;
    return Number(plain(cell).replace(/[,\s'’]/g, ""));
  }
  return Number(
    plain(cell)
      .replace(/[.\s'’]/g, "")
      .replace(",", "."),
  );
}

/** The text without the blanks around it, and with an ASCII minus. */
function plain(cell: string): string {
  return cell.trim().replace(/^[−‐‑]/, "-");
}
