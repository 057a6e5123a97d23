import {explainWithLime} from "../../lime/lime";
import type {Classifier} from "../../nouns/network";
import {fork} from "../../nouns/random";
import type {Answer} from "./answer";
import {type Answering, logitsOf} from "./answering";
import {windowWords} from "./words";

/** A word of the question or the text, and how much it speaks for the answer. */
export interface WordWeight {
  readonly word: string;
  /** Whether the word is in the question. */
  readonly inQuestion: boolean;
  /** How much lower the answer's probability is, on average, when the word is hidden. */
  readonly weight: number;
  readonly error: number;
}

export interface WhyAnswer {
  readonly words: readonly WordWeight[];
  /** Weighted R² of the linear model; null if hiding words changed nothing. */
  readonly r2: number | null;
}

/**
 * LIME over words (Ribeiro, Singh & Guestrin 2016): random sets of words are hidden (replaced by [UNK]), the reader
 * gives the probability of its answer's span, and a weighted linear model is fitted to this probability. The pieces of
 * one word are hidden together; [CLS] and [SEP] stay.
 */
export async function whyAnswer(
  reader: Answering,
  answer: Pick<Answer, "window" | "spans">,
  samples: number,
  seed: number,
): Promise<WhyAnswer> {
  const {window, spans} = answer;
  const unknown = reader.words.idOf("[UNK]");
  const span = placesOf(answer, spans[0]);
  const tokens = window.ids.length;
  const {labels, words} = windowWords(window, reader.words); // 0: what stays
  const pixels = Float32Array.from(window.ids);
  const shape = [tokens, 1, 1] as const;
  const classifier: Classifier = {
    imageShape: shape,
    classNames: ["the answer", "another"],
    async predict({count, pixels: asked}) {
      const windows = Array.from({length: count}, (_, n) => ({
        ...window,
        ids: Array.from(asked.subarray(n * tokens, (n + 1) * tokens), Math.round),
      }));
      const out = new Float32Array(2 * count);
      for (const [n, {start, end}] of (await logitsOf(reader, windows)).entries()) {
        out[2 * n] = share(start, span.start) * share(end, span.end);
        out[2 * n + 1] = 1 - out[2 * n];
      }
      return out;
    },
  };
  const explanation = await explainWithLime(
    classifier,
    {count: 1, shape, pixels},
    {
      segmentation: {labels, count: words.length + 1},
      hidden: pixels.map((id, place) => (labels[place] > 0 ? unknown : id)),
      explained: 0,
      samples,
      random: fork(seed, "why an answer"),
    },
  );
  return {
    words: words.map((word, n) => ({...word, weight: explanation.weights[n + 1], error: explanation.errors[n + 1]})),
    r2: explanation.r2,
  };
}

/** Places in the window of an answer's first and last token. */
export function placesOf({window: {tokens, first}}: Pick<Answer, "window">, {from, to}: Answer["spans"][number]) {
  return {
    start: first + tokens.findIndex((token) => token.from === from),
    end: first + tokens.findLastIndex((token) => token.to === to),
  };
}

function share(logits: Float32Array, place: number): number {
  const most = logits.reduce((a, b) => Math.max(a, b));
  return Math.exp(logits[place] - most) / logits.reduce((sum, v) => sum + Math.exp(v - most), 0);
}
