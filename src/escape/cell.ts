import {visible} from "./visible";

/** The first characters by which a spreadsheet recognises a formula, also in the wide forms of East Asian keyboards. */
const FORMULA = /^\s*[=+\-@＝＋－＠]/u;

/**
 * Text that came with data, for a cell of a CSV or TSV file: no character is invisible, so no cell ends early; and a
 * cell that a spreadsheet would take for a formula begins with an apostrophe, which makes it text (OWASP, "CSV
 * Injection"). Numbers stay as they are.
 */
export function cell(text: string): string {
  const shown = visible(text);
  const isNumber = shown.trim() !== "" && Number.isFinite(Number(shown));
  return FORMULA.test(shown) && !isNumber ? `'${shown}` : shown;
}
