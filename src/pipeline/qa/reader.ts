import * as tf from "@tensorflow/tfjs";

import {fork, normal} from "../../nouns/random";
import type {Tokens} from "../../nouns/samples";
import type {Question} from "../data/text/questions";
import {type Window, windowsOf} from "../data/text/windows";
import {WordPiece} from "../data/text/word-piece";
import {type BertConfig, type BertHooks, bertLogits, bertShapes} from "../model/tf/transformer/bert";
import type {SavedReader} from "../qa/hugging-face";
import {type Answer, answersFrom, type Scored} from "./answer";
import {type Answering, type BatchLogits, batchOf, logitsOf, ownTokens} from "./answering";

/** A network that reads: a BERT, its words, and its weights as tensors. */
export interface Reader extends Answering {
  readonly config: BertConfig;
  readonly weights: ReadonlyMap<string, tf.Variable>;
  dispose(): void;
}

/** The standard deviation of new weights that a saved reader lacks, as in BERT's own training. */
const BERT_DEVIATION = 0.02;
/**
 * The standard deviations of weights that begin from scratch, and of the words' weights. With BERT's own deviation, a
 * narrow network learns nothing for a long time. The words need a larger one, so that they differ more from each other.
 */
const [DEVIATION, OF_WORDS] = [0.1, 0.25];
/** The amplitude of the sine waves for positions, and the length of the longest divided by that of the shortest. */
const [AMPLITUDE, LONGER] = [0.35, 100];

/**
 * Makes a reader with a folder's weights; weights that the folder lacks are random. Without a folder, all weights are
 * random.
 */
export function openReader(
  saved: Pick<SavedReader, "config" | "vocabulary" | "lowerCase"> & Partial<Pick<SavedReader, "weights">>,
  {
    seed,
    longest,
    stride,
    noAnswer,
  }: {readonly seed: number; readonly longest: number; readonly stride: number; readonly noAnswer?: number | undefined},
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
    ...(noAnswer === undefined ? {} : {noAnswer}),
    logits: (batch) => bertLogitsOf(config, weights, batch, {}),
    dispose: () => tf.dispose([...weights.values()]),
  };
}

/**
 * Sets the weights with which training from scratch begins. Two things help the network to find the question's word in
 * the text; without them it needs many times as many steps. Positions are sine waves (Vaswani et al. 2017, section
 * 3.5), so that a distance is the same anywhere. And in the first layer keys equal queries, so that a token looks at
 * similar tokens (Trockman & Kolter 2023, "Mimetic initialization of self-attention layers"). Both are trained further
 * like all weights.
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

/** How many windows are asked about at a time. */
const AT_ONCE = 32;

/** The reader's answers, in the order of the questions. */
export async function answersTo(reader: Answering, questions: readonly Question[], count = 5): Promise<Answer[]> {
  const windows = windowsOf(questions, reader.words, reader);
  const scored: Scored[] = [];
  // of like lengths together: little padding
  const order = windows.map((_, n) => n).sort((a, b) => windows[a].ids.length - windows[b].ids.length || a - b);
  const most = Math.min(AT_ONCE, reader.atOnce ?? AT_ONCE);
  for (let at = 0; at < order.length; at += most) {
    const some = order.slice(at, at + most);
    const logits = await logitsOf(
      reader,
      some.map((n) => windows[n]),
    );
    for (const [k, n] of some.entries()) scored[n] = {window: windows[n], ...logits[k]};
  }
  return answersFrom(scored, questions, reader.noAnswer, count);
}

/** Start and end logits of each window's own tokens. The hooks are called on the way. */
export async function hookedLogits(reader: Reader, windows: readonly Window[], hooks: BertHooks) {
  const batch = batchOf(windows);
  return ownTokens(windows, await bertLogitsOf(reader.config, reader.weights, batch, hooks), batch.length);
}

async function bertLogitsOf(
  config: BertConfig,
  weights: ReadonlyMap<string, tf.Variable>,
  batch: Tokens,
  hooks: BertHooks,
): Promise<BatchLogits> {
  const tensors = tf.tidy(() => {
    const {start, end} = bertLogits(config, weights, batch, hooks);
    return [start, end];
  });
  const [start, end] = await Promise.all(tensors.map((tensor) => tensor.data() as Promise<Float32Array>));
  tf.dispose(tensors);
  return {start, end};
}
