import {CellKind, type Decimal, kindOf, numberOf, TWOFOLD} from "./cells";
import type {ColumnSurvey, CsvSurvey} from "./csv-survey";

/**
 * Counts of a column's cells by a decimal mark: numbers, infinite ones, missing ones, and cells that are none of these.
 */
export function countsOf({counts}: ColumnSurvey, decimal: Decimal) {
  const bit = CellKind[decimal];
  const {missing, infinite} = CellKind;
  let [numbers, other] = [0, 0];
  counts.forEach((count, kind) => {
    if (kind & bit) numbers += count;
    else if (!(kind & (missing | infinite))) other += count;
  });
  return {numbers, other, missing: counts[missing], infinite: counts[infinite]};
}

/** @returns Whether all that a column holds are numbers. */
export function isNumeric(column: ColumnSurvey, decimal: Decimal): boolean {
  const {numbers, other} = countsOf(column, decimal);
  return numbers > 0 && other === 0;
}

/**
 * The decimal mark with which more columns are numbers or, if these are equally many, more cells. If both marks fit
 * equally well ("1.234" may be 1234), it is the comma if the table has commas, has no points, and commas do not
 * separate its cells; else it is the point.
 */
export function decimalOf({first, columns}: CsvSurvey, separator: string): Decimal {
  const kinds = columns.map((_, c) => kindOf(first[c] ?? "")); // for numbers, or for names, which have no mark
  const score = (decimal: Decimal) => {
    let [whole, cells] = [0, 0];
    columns.forEach((column, c) => {
      const isNumber = kinds[c] & CellKind[decimal];
      if (isNumeric(column, decimal) && (isNumber || !(kinds[c] & (CellKind.point | CellKind.comma)))) whole++;
      cells += countsOf(column, decimal).numbers + (isNumber ? 1 : 0);
    });
    return {whole, cells};
  };
  const [point, comma] = [score("point"), score("comma")];
  if (point.whole !== comma.whole) return point.whole > comma.whole ? "point" : "comma";
  if (point.cells !== comma.cells) return point.cells > comma.cells ? "point" : "comma";
  const texts = columns.map(({examples}, c) => (kinds[c] === TWOFOLD ? first[c] : (examples[TWOFOLD]?.cell ?? "")));
  return !separator.startsWith(",") && texts.some((t) => t.includes(",")) && !texts.some((t) => t.includes("."))
    ? "comma"
    : "point";
}

/**
 * Whether the first record contains the names of the columns. It does if there are words above columns of numbers. It
 * does not if one of its words occurs again below. If there are numbers above columns of numbers, it does if these are
 * an even series (years, wavelengths) and stand next to a word, or if an empty cell stands above a column that counts
 * the rows (as pandas writes it).
 */
export function hasHeader({first, columns, rows}: CsvSurvey, decimal: Decimal): boolean {
  const kinds = first.map((cell) => kindOf(cell));
  const places = first.map((_, c) => c);
  const overNumbers = places.filter((c) => isNumeric(columns[c], decimal) && kinds[c] !== CellKind.missing);
  const words = overNumbers.filter((c) => kinds[c] === CellKind.words);
  const numbers = overNumbers.filter((c) => kinds[c] & CellKind[decimal]).map((c) => numberOf(first[c], decimal));
  if (words.length > 0 && (words.length >= numbers.length || isSeries(numbers))) return true;
  if (words.length > 0) return false;
  const overWords = places.filter((c) => countsOf(columns[c], decimal).other > 0 && kinds[c] === CellKind.words);
  if (overWords.some((c) => columns[c].words?.has(first[c].trim()))) return false;
  const comeAgain = overWords.some((c) => rows > 3 && [...(columns[c].words?.values() ?? [1])].every((n) => n > 1));
  if (comeAgain) return true;
  const counted = kinds[0] === CellKind.missing && columns[0]?.countsFrom !== undefined;
  return isSeries(numbers) && (overWords.length > 0 || counted);
}

/** Whether numbers are a series: two whole numbers that follow each other, or three or more with even steps. */
function isSeries(numbers: readonly number[]): boolean {
  if (numbers.length < 2) return false;
  const step = numbers[1] - numbers[0];
  const even = numbers.every((v, i) => i === 0 || Math.abs(v - numbers[i - 1] - step) <= 1e-6 * Math.abs(step));
  return step > 0 && even && (numbers.length > 2 || step === 1);
}

/**
 * Names for columns, which are all different: an empty name becomes "column 3", a repeated one "a (2)".
 *
 * @param given The given names. If there are fewer names than columns, the other names are empty.
 */
export function namesOf(given: readonly string[], columns: number): {names: string[]; repeated: string[]} {
  const names: string[] = [];
  const taken = new Set(given.map((name) => name.trim()));
  const seen = new Set<string>();
  const repeated: string[] = [];
  for (let c = 0; c < columns; c++) {
    const name = given[c]?.trim() || `column ${c + 1}`;
    let own = name;
    for (let n = 2; seen.has(own) || (own !== name && taken.has(own)); n++) own = `${name} (${n})`;
    if (own !== name) repeated.push(name);
    seen.add(own);
    names.push(own);
  }
  return {names, repeated: [...new Set(repeated)]};
}
