import * as tf from "@tensorflow/tfjs";

import {fork, normal} from "../../nouns/random";
import type {Tokens} from "../../nouns/samples";
import {bestOf, bestSpans, exactMatch, type Span, wordsF1} from "../../numbers/answers";
import type {Question} from "../data/text/questions";
import {type Window, windowsOf} from "../data/text/windows";
import {WordPiece} from "../data/text/word-piece";
import {type BertConfig, type BertHooks, bertLogits, bertShapes} from "../model/tf/transformer/bert";
import type {SavedReader} from "../qa/hugging-face";

/** A network that reads: a BERT, its words, and its weights as tensors. */
export interface Reader {
  readonly config: BertConfig;
  readonly words: WordPiece;
  readonly weights: ReadonlyMap<string, tf.Variable>;
  readonly longest: number;
  readonly stride: number;
  dispose(): void;
}

/** Deviation of weights that a saved reader lacks, as BERT's own training begins. */
const BERT_DEVIATION = 0.02;
/** Of weights from scratch: a narrow network learns nothing for long with BERT's. Words differ more from each other. */
const [DEVIATION, OF_WORDS] = [0.1, 0.25];
/** Amplitude of the positions' waves, and how much longer the longest is than the shortest. */
const [AMPLITUDE, LONGER] = [0.35, 100];

/** A reader of a folder's weights, what it lacks drawn by chance; or, without weights, all of it. */
export function openReader(
  saved: Pick<SavedReader, "config" | "vocabulary" | "lowerCase"> & Partial<Pick<SavedReader, "weights">>,
  {seed, longest, stride}: {readonly seed: number; readonly longest: number; readonly stride: number},
): Reader {
  const {config, vocabulary, lowerCase} = saved;
  const weights = new Map(
    bertShapes(config).map(([name, shape]) => {
      const values =
        saved.weights?.get(name)?.values ??
        (saved.weights ? drawn(name, shape, seed, BERT_DEVIATION) : fromScratch(name, shape, seed));
      return [name, tf.variable(tf.tensor(values, [...shape]), true, undefined)] as const;
    }),
  );
  return {
    config,
    words: new WordPiece(vocabulary, lowerCase),
    weights,
    longest: Math.min(longest, config.max_position_embeddings),
    stride,
    dispose: () => tf.dispose([...weights.values()]),
  };
}

/**
 * Where training from scratch begins. Two things help it to find the word of the question in the text, which it would else
 * need many times as many steps for: places are told by sine waves (Vaswani et al. 2017, section 3.5), so that a distance is
 * the same anywhere; and in the first layer keys are queries, so that a token looks at its like (Trockman & Kolter 2023,
 * "Mimetic initialization of self-attention layers"). Both are trained on as all weights are.
 */
function fromScratch(name: string, shape: readonly number[], seed: number): Float32Array {
  if (name.endsWith("position_embeddings.weight")) return waves(shape[0], shape[1]);
  if (name.endsWith("word_embeddings.weight")) return drawn(name, shape, seed, OF_WORDS);
  const twin = name.replace("layer.0.attention.self.key.weight", "layer.0.attention.self.query.weight");
  return drawn(twin, shape, seed, DEVIATION);
}

function waves(places: number, width: number): Float32Array {
  return Float32Array.from({length: places * width}, (_, at) => {
    const [place, j] = [Math.floor(at / width), at % width];
    const phase = place * LONGER ** (-(j - (j % 2)) / width);
    return AMPLITUDE * (j % 2 === 0 ? Math.sin(phase) : Math.cos(phase));
  });
}

function drawn(name: string, shape: readonly number[], seed: number, deviation: number): Float32Array {
  const random = fork(seed, "reader", name);
  const length = shape.reduce((product, n) => product * n, 1);
  if (name.endsWith("LayerNorm.weight")) return new Float32Array(length).fill(1);
  if (name.endsWith("bias")) return new Float32Array(length);
  return Float32Array.from({length}, () => deviation * normal(random));
}

/** Windows as one batch, as long as the longest of them. */
export function batchOf(windows: readonly Window[]): Tokens {
  const length = Math.max(...windows.map(({ids}) => ids.length));
  const count = windows.length;
  const [ids, types] = [new Int32Array(count * length), new Int32Array(count * length)];
  const mask = new Float32Array(count * length);
  for (const [n, window] of windows.entries()) {
    ids.set(window.ids, n * length);
    types.set(window.types, n * length);
    mask.fill(1, n * length, n * length + window.ids.length);
  }
  return {count, length, ids, types, mask};
}

/** What a reader answers to one question. */
export interface Answer {
  /** As it stands in the text. */
  readonly text: string;
  /** UTF-16 places in the text. */
  readonly from: number;
  readonly to: number;
  /** Of the span's start times that of its end, each among all tokens of its window. */
  readonly probability: number;
  /** The best spans, this one first. */
  readonly spans: readonly {
    readonly text: string;
    readonly from: number;
    readonly to: number;
    readonly probability: number;
  }[];
  /** What the start's and the end's greatest logits say by themselves; "" where the end is before the start. */
  readonly byTwoArgMaxes: string;
  /** Of the window that the answer was found in. */
  readonly window: Window;
  readonly start: Float32Array;
  readonly end: Float32Array;
}

/** Windows that are asked about at a time. */
const AT_ONCE = 32;

/** The reader's answers, in the order of the questions: of several windows of one text the one whose span scores highest. */
export async function answersTo(reader: Reader, questions: readonly Question[], count = 5): Promise<Answer[]> {
  const windows = windowsOf(questions, reader.words, reader);
  const best: (Answer & {readonly score: number})[] = [];
  // of like lengths together: little padding
  const order = windows.map((_, n) => n).sort((a, b) => windows[a].ids.length - windows[b].ids.length || a - b);
  for (let at = 0; at < order.length; at += AT_ONCE) {
    const some = order.slice(at, at + AT_ONCE).map((n) => windows[n]);
    const logits = await logitsOf(reader, some);
    for (const [n, window] of some.entries()) {
      const answer = answerOf(window, logits[n].start, logits[n].end, questions[window.question], count);
      if (!best[window.question] || answer.score > best[window.question].score) best[window.question] = answer;
    }
  }
  return best;
}

/** Start and end logits of each window's own tokens. */
export async function logitsOf(
  reader: Reader,
  windows: readonly Window[],
  hooks: BertHooks = {},
): Promise<{readonly start: Float32Array; readonly end: Float32Array}[]> {
  const batch = batchOf(windows);
  const tensors = tf.tidy(() => {
    const {start, end} = bertLogits(reader.config, reader.weights, batch, hooks);
    return [start, end];
  });
  const [start, end] = await Promise.all(tensors.map((tensor) => tensor.data() as Promise<Float32Array>));
  tf.dispose(tensors);
  return windows.map(({ids}, n) => {
    const from = n * batch.length;
    return {start: start.slice(from, from + ids.length), end: end.slice(from, from + ids.length)};
  });
}

/** @param count How many spans are listed. */
export function answerOf(window: Window, start: Float32Array, end: Float32Array, {context}: Question, count: number) {
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
    spans: spans.map(placed),
    byTwoArgMaxes: isSpan ? placed(greatest).text : "",
    window,
    start,
    end,
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

/** How right answers are: fractions in [0, 1]. */
export interface Judged {
  readonly exactMatch: number;
  readonly f1: number;
  /** As the start's and the end's greatest logits say by themselves. */
  readonly exactByTwoArgMaxes: number;
}

export function judged(answers: readonly Answer[], questions: readonly Question[]): Judged {
  const mean = (score: (answer: Answer, golds: string[]) => number) =>
    answers.reduce(
      (sum, answer, n) =>
        sum +
        score(
          answer,
          questions[n].answers.map(({text}) => text),
        ),
      0,
    ) / answers.length;
  const exact = (text: string, golds: string[]) => bestOf((a, b) => Number(exactMatch(a, b)), text, golds);
  return {
    exactMatch: mean(({text}, golds) => exact(text, golds)),
    f1: mean(({text}, golds) => bestOf(wordsF1, text, golds)),
    exactByTwoArgMaxes: mean(({byTwoArgMaxes}, golds) => exact(byTwoArgMaxes, golds)),
  };
}
