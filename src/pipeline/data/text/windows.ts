import {UserError} from "../../../nouns/options";
import type {Question} from "./questions";
import type {Token, WordPiece} from "./word-piece";

/**
 * The input of a reader for one question: [CLS] question [SEP] a part of the text [SEP]. A text that does not fit is
 * cut into parts that overlap.
 */
export interface Window {
  /** The question's place in the list of questions. */
  readonly question: number;
  readonly ids: readonly number[];
  /** For each token: 0 if it belongs to the question, 1 if it belongs to the text. */
  readonly types: readonly number[];
  /** The place among `ids` of the first token of the text. */
  readonly first: number;
  /** The text's tokens in this part. */
  readonly tokens: readonly Token[];
  /**
   * The places among `ids` of the answer's first and last token; 0, which is [CLS], if the answer is not in this part.
   */
  readonly start: number;
  readonly end: number;
}

/**
 * @param longest The most tokens of a window, including special ones.
 * @param stride  How many tokens two windows of one text share.
 * @throws UserError if a question leaves no room for its text.
 */
export function windowsOf(
  questions: readonly Question[],
  words: WordPiece,
  {longest, stride}: {readonly longest: number; readonly stride: number},
): Window[] {
  const [cls, sep] = [words.idOf("[CLS]"), words.idOf("[SEP]")];
  return questions.flatMap(({id, question, context, answers}, index) => {
    const asked = words.tokenize(question);
    const tokens = words.tokenize(context);
    const room = longest - asked.length - 3;
    if (room < 1 || (tokens.length > room && room <= stride)) {
      throw new UserError(
        `question ${id}: expected room for the text beside ${asked.length} tokens of the question, got a window of ${longest} tokens with ${stride} shared; make it longer`,
      );
    }
    const windows: Window[] = [];
    for (let from = 0; ; from += room - stride) {
      const part = tokens.slice(from, from + room);
      const first = asked.length + 2;
      windows.push({
        question: index,
        ids: [cls, ...asked.map((token) => token.id), sep, ...part.map((token) => token.id), sep],
        types: [...Array(first).fill(0), ...Array(part.length + 1).fill(1)],
        first,
        tokens: part,
        ...answerIn(part, answers[0], first),
      });
      if (from + room >= tokens.length) break;
    }
    return windows;
  });
}

function answerIn(part: readonly Token[], answer: Question["answers"][number] | undefined, first: number) {
  const outside = {start: 0, end: 0};
  if (!answer || part.length === 0) return outside;
  const [from, to] = [answer.start, answer.start + answer.text.length];
  const start = part.findIndex((token) => token.to > from);
  const end = part.findLastIndex((token) => token.from < to);
  if (start < 0 || end < start) return outside;
  if (part[0].from > from || part[part.length - 1].to < to) return outside; // only a part of the answer
  return {start: first + start, end: first + end};
}
