import {bestSpans, type Span} from "../../numbers/answers";
import type {Question} from "../data/text/questions";
import type {Window} from "../data/text/windows";

/** A part of a text, and how each of its tokens scores as an answer's start and end. */
export interface Scored {
  readonly window: Window;
  readonly start: Float32Array;
  readonly end: Float32Array;
}

/** A span of the text. */
export interface AnswerSpan {
  readonly text: string;
  /** UTF-16 places in the text. */
  readonly from: number;
  readonly to: number;
  /** The probability of the span's start times that of its end, each among all tokens of its window. */
  readonly probability: number;
}

/** A reader's answer to one question: a span of the text, or no answer, whose text is "". */
export interface Answer extends AnswerSpan, Scored {
  /** The best spans, the best first, of all windows of the text. */
  readonly spans: readonly AnswerSpan[];
  /**
   * The span between the greatest start logit and the greatest end logit, each taken by itself; "" if the end is before
   * the start.
   */
  readonly byTwoArgMaxes: string;
  /** The score of "no answer": [CLS] as start and end. */
  readonly nothing: {
    readonly probability: number;
    /**
     * Its score minus the best span's score. If this is above the reader's threshold, there is no answer. Null for a
     * text without words.
     */
    readonly difference: number | null;
  };
}

/**
 * Answers from logits. If a text has several windows, the best spans come from all of them, and "no answer" has its
 * lowest score of all windows. run_qa.py of transformers does the same (`version_2_with_negative`), after SQuAD 2.0's
 * baseline (Rajpurkar et al. 2018).
 *
 * @param noAnswer The answer is nothing if that scores higher than the best span by more; absent: never.
 * @param count    How many spans are listed.
 */
export function answersFrom(
  scored: readonly Scored[],
  questions: readonly Question[],
  noAnswer: number | undefined,
  count: number,
): Answer[] {
  const byQuestion = questions.map((): ReturnType<typeof answerOf>[] => []);
  for (const one of scored) byQuestion[one.window.question].push(answerOf(one, questions[one.window.question], count));
  return byQuestion.map((parts) => {
    const best = parts.reduce((a, b) => (b.score > a.score ? b : a));
    const empty = parts.reduce((a, b) => (b.nothing.score < a.nothing.score ? b : a)).nothing;
    const spans = parts
      .flatMap((part) => part.spans)
      .sort((a, b) => b.score - a.score)
      .filter(({from, to}, n, all) => all.findIndex((other) => other.from === from && other.to === to) === n)
      .slice(0, count)
      .map(({score: _, ...span}) => span);
    const difference = best.score === Number.NEGATIVE_INFINITY ? null : empty.score - best.score;
    const nothing = {probability: empty.probability, difference};
    const {score: _, ...answer} = {...best, spans, nothing};
    const isNothing = noAnswer !== undefined && (difference === null || difference > noAnswer);
    return isNothing ? {...answer, text: "", from: 0, to: 0, probability: empty.probability} : answer;
  });
}

/** One window's answer. */
export function answerOf({window, start, end}: Scored, {context}: Question, count: number) {
  const {first, tokens} = window;
  const spans = bestSpans(start, end, first, first + tokens.length, count);
  const [likelyStart, likelyEnd] = [softmax(start), softmax(end)];
  const placed = (span: Pick<Span, "start" | "end">) => {
    const [from, to] = [tokens[span.start - first]?.from ?? 0, tokens[span.end - first]?.to ?? 0];
    return {text: context.slice(from, to), from, to, probability: likelyStart[span.start] * likelyEnd[span.end]};
  };
  const [top] = spans;
  const greatest = {start: argMax(start), end: argMax(end)};
  const isSpan = greatest.start >= first && greatest.end >= greatest.start && greatest.end < first + tokens.length;
  return {
    ...placed(top ?? {start: 0, end: 0}),
    spans: spans.map((span) => ({...placed(span), score: span.score})),
    byTwoArgMaxes: isSpan ? placed(greatest).text : "",
    nothing: {score: start[0] + end[0], probability: likelyStart[0] * likelyEnd[0]},
    ...{window, start, end},
    score: top?.score ?? Number.NEGATIVE_INFINITY,
  };
}

function argMax(values: Float32Array): number {
  return values.reduce((best, v, i) => (v > values[best] ? i : best), 0);
}

function softmax(values: Float32Array): Float64Array {
  const most = values.reduce((a, b) => Math.max(a, b));
  const odds = Float64Array.from(values, (v) => Math.exp(v - most));
  const sum = odds.reduce((a, b) => a + b);
  return odds.map((v) => v / sum);
}
