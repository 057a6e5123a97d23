/** @file How an answer in words is judged, as SQuAD's evaluation script does (Rajpurkar et al. 2016), and how a span is chosen. */

/** The articles, if no letter or digit of any script stands beside them: "ça" contains no article. */
const ARTICLES = /(?<![\p{L}\p{N}])(a|an|the)(?![\p{L}\p{N}])/gu;
/** White space as Python's `split` defines it: with the separators U+001C to U+001F and U+0085, without U+FEFF. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are meant
const WHITE_SPACE = /[\t-\r\x1c-\x20\x85\p{Z}]+/u;

/**
 * The text in lower case, without ASCII punctuation and without the articles a, an, the; white space becomes single
 * blanks.
 */
export function plainAnswer(text: string): string {
  return text
    .toLowerCase()
    .replace(/[!-/:-@[-`{-~]/g, "")
    .replace(ARTICLES, " ")
    .split(WHITE_SPACE)
    .filter(Boolean)
    .join(" ");
}

/** Whether two answers are the same after `plainAnswer`. */
export function exactMatch(answer: string, gold: string): boolean {
  return plainAnswer(answer) === plainAnswer(gold);
}

/**
 * 2 · precision · recall / (precision + recall) over the words that both have. If one of them has no words: 1 if the
 * other has none either, else 0.
 */
export function wordsF1(answer: string, gold: string): number {
  const [given, right] = [answer, gold].map((text) => plainAnswer(text).split(" ").filter(Boolean));
  if (given.length === 0 || right.length === 0) return given.length === right.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of right) left.set(word, (left.get(word) ?? 0) + 1);
  let same = 0;
  for (const word of given) {
    const count = left.get(word) ?? 0;
    if (count > 0) same++;
    left.set(word, count - 1);
  }
  return (2 * same) / (given.length + right.length);
}

/**
 * The best score over the answers that count as right. Answers of which nothing is left after `plainAnswer` do not
 * count. If no answer is left, the right answer is to give none (SQuAD 2.0's rule).
 */
export function bestOf(
  score: (answer: string, gold: string) => number,
  answer: string,
  golds: readonly string[],
): number {
  const right = golds.filter((gold) => plainAnswer(gold) !== "");
  return Math.max(...(right.length > 0 ? right : [""]).map((gold) => score(answer, gold)));
}

export interface Span {
  /** Places of the first and the last token. */
  readonly start: number;
  readonly end: number;
  /** The start's logit plus the end's. */
  readonly score: number;
}

/** Longer answers, in tokens, are not considered. */
const LONGEST_ANSWER = 30;

/**
 * The spans with the greatest sums of start and end logits, best first: the end is not before the start, and a span has
 * at most 30 tokens.
 *
 * @param from The first place that an answer may have.
 * @param to   The place after the last one that it may have.
 */
export function bestSpans(
  start: ArrayLike<number>,
  end: ArrayLike<number>,
  from: number,
  to: number,
  count: number,
): Span[] {
  const spans: Span[] = [];
  for (let i = from; i < to; i++) {
    for (let j = i; j < Math.min(to, i + LONGEST_ANSWER); j++) {
      const score = start[i] + end[j];
      if (spans.length === count && score <= spans[count - 1].score) continue;
      const place = spans.findIndex((span) => span.score < score);
      spans.splice(place < 0 ? spans.length : place, 0, {start: i, end: j, score});
      if (spans.length > count) spans.pop();
    }
  }
  return spans;
}
