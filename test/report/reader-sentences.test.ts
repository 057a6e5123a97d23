import {describe, expect, test} from "vitest";

import {sentenceAt, sentenceStarts, shownSentences} from "../../src/report/reader/client/sentences";

describe("a long text on a reader's page", () => {
  test("is parted behind what ends a sentence, with its closing marks", () => {
    const text = "One. “Two?” Three!\n\nFour 3.50 five";
    const starts = sentenceStarts(text);
    expect(starts.map((start, n) => text.slice(start, starts[n + 1]).trim())).toEqual([
      ...["One.", "“Two?”", "Three!", "Four 3.50 five"],
    ]);
    expect(sentenceAt(starts, text.indexOf("Two"))).toBe(1);
    expect(sentenceAt(starts, text.length)).toBe(3);
  });

  const tokensOf = (sentences: number) => {
    const text = Array.from({length: sentences}, (_, n) => `w${n} is ${n}.`).join(" ");
    const tokens = Array.from(text.matchAll(/[^ .]+|\./g), ({0: piece, index}) => {
      return {piece, in: "text" as const, from: index, to: index + piece.length};
    });
    return {tokens: [{piece: "[CLS]", in: "" as const, from: 0, to: 0}, ...tokens], starts: sentenceStarts(text)};
  };

  test("shows the sentences in which something counts, and all of a short one", () => {
    const {tokens, starts} = tokensOf(80); // 320 pieces
    const counts = (place: number) => ["w3", "w70"].includes(tokens[place].piece);
    expect(shownSentences(tokens, starts, counts).flatMap((is, n) => (is ? [n] : []))).toEqual([3, 70]);
    expect(shownSentences(tokens, starts, () => false)).toEqual([]);
    const short = tokensOf(75); // 300
    expect(shownSentences(short.tokens, short.starts, counts)).toEqual([]);
  });
});
