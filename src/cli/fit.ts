import {visible} from "../escape/visible";

/** @file Makes text fit a terminal. Nothing here adds colours or prints. */

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const WITHOUT_WIDTH = /[\p{M}\u200c\u200d]/u;

/** How many columns a text takes in a terminal: East Asian wide characters (Unicode Annex 11) and emoji take two. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of visible(text)) {
    if (!WITHOUT_WIDTH.test(character)) width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** The text; if it takes more than `columns`, its beginning and "…". */
export function cut(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let kept = "";
  for (const character of visible(text)) {
    if (textWidth(kept + character) > columns - 1) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/**
 * Breaks a text between words into lines of at most `columns`. A longer word gets a line of its own and is not broken,
 * so that a path or a command can be copied whole.
 */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer) > columns) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
