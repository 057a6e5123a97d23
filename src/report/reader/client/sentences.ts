import type {ShownToken} from "../reader-file";

/** @file Chooses the sentences of a long text that a page shows, and says how many are left out between them. */

/** A text of more tokens than this is long. */
const LONG = 300;

/** Where each sentence of a text begins: after a full stop, question mark or exclamation mark with what closes it, and blanks. */
export function sentenceStarts(text: string): number[] {
  const ends = text.matchAll(/[.!?。！？]+["”’')\]]*\s+|\n\s*/g);
  return [0, ...Array.from(ends, ({0: found, index}) => index + found.length)];
}

/** The sentence to which a place in the text belongs, from 0. */
export function sentenceAt(starts: readonly number[], place: number): number {
  return starts.findLastIndex((start) => start <= place);
}

/**
 * Says for each sentence of a long text whether it is shown.
 *
 * @param counts Whether the token at this place counts: it has weight, or is part of an answer.
 * @returns Empty if the text is short, or if no sentence counts; then all are shown.
 */
export function shownSentences(
  tokens: readonly ShownToken[],
  starts: readonly number[],
  counts: (place: number) => boolean,
): boolean[] {
  if (tokens.filter((token) => token.in === "text").length <= LONG) return [];
  const shown = starts.map(() => false);
  for (const [place, token] of tokens.entries()) {
    if (token.in === "text" && counts(place)) shown[sentenceAt(starts, token.from)] = true;
  }
  return shown.includes(true) ? shown : [];
}
