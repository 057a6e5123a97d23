import type {Window} from "../data/text/windows";
import type {WordPiece} from "../data/text/word-piece";

/** The words of a window: all pieces of one word count as one. */
export interface WindowWords {
  /** For each token: 0 for [CLS] and [SEP], and otherwise the place of its word in `words`, counted from 1. */
  readonly labels: Uint16Array;
  readonly words: readonly {readonly word: string; readonly inQuestion: boolean}[];
}

export function windowWords({ids, first}: Window, {vocabulary}: WordPiece): WindowWords {
  const labels = new Uint16Array(ids.length);
  const words: {word: string; inQuestion: boolean}[] = [];
  for (const [place, id] of ids.entries()) {
    const piece = vocabulary[id];
    if (/^\[(CLS|SEP)\]$/.test(piece)) continue;
    if (piece.startsWith("##") && words.length > 0) words[words.length - 1].word += piece.slice(2);
    else words.push({word: piece, inQuestion: place < first});
    labels[place] = words.length;
  }
  return {labels, words};
}

/**
 * The place of each of a window's words in the question or the text, as UTF-16 offsets; `to` is exclusive. The order is
 * that of `windowWords`.
 */
export function wordPlaces(
  {tokens}: Window,
  question: string,
  words: WordPiece,
): {readonly from: number; readonly to: number}[] {
  const places: {from: number; to: number}[] = [];
  for (const {text, from, to} of [...words.tokenize(question), ...tokens]) {
    const last = places[places.length - 1];
    if (text.startsWith("##") && last) last.to = to;
    else places.push({from, to});
  }
  return places;
}
