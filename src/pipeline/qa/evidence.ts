import * as tf from "@tensorflow/tfjs";

import {gaussLegendre} from "../../numbers/gauss-legendre";
import type {Window} from "../data/text/windows";
import {bertLogits, bertLoss} from "../model/tf/transformer/bert";
import {batchOf} from "./answering";
import type {Reader} from "./reader";

/** Places in a window of an answer's first and last token. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** How many points there are on the path from hidden words to the real words. */
const POINTS = 16;

/**
 * Integrated gradients over the words' embeddings (Sundararajan, Taly & Yan 2017), along the path from a question and a
 * text whose words are all [UNK] to the real ones; [CLS] and [SEP] stay. They explain the logarithm of an answer's
 * probability, in nats.
 *
 * @returns How much each token adds. These numbers sum to the difference between the two ends of the path, as far as
 * the integral is exact.
 */
export async function gradientEvidence(
  reader: Reader,
  window: Window,
  place: Place,
  points = POINTS,
): Promise<Float32Array> {
  const {ids} = window;
  const tokens = ids.length;
  const width = reader.config.hidden_size;
  const {nodes, weights} = gaussLegendre(points);
  const batch = batchOf(nodes.length === 1 ? [window] : Array.from(nodes, () => window));
  const sums = tf.tidy(() => {
    const table = reader.weights.get("bert.embeddings.word_embeddings.weight") as tf.Variable;
    const of = (list: readonly number[]) => tf.gather(table, tf.tensor1d([...list], "int32")) as tf.Tensor2D;
    const [asked, hidden] = [of(ids), of(hiddenIds(reader, window))];
    const way = asked.sub(hidden) as tf.Tensor2D;
    const between = tf.concat(Array.from(nodes, (node) => hidden.add(way.mul(node)) as tf.Tensor2D));
    const slopes = tf.grad((words: tf.Tensor) => {
      const {start, end} = bertLogits(reader.config, reader.weights, batch, {words: () => words as tf.Tensor2D});
      return logProbability(start, place.start).add(logProbability(end, place.end)).sum();
    })(between);
    const mean = slopes
      .reshape([points, tokens, width])
      .mul(tf.tensor(Array.from(weights), [points, 1, 1]))
      .sum(0);
    return mean.mul(way).sum(1) as tf.Tensor1D;
  });
  const values = (await sums.data()) as Float32Array;
  sums.dispose();
  return Float32Array.from(values);
}

/** The window's ids with every word hidden. */
export function hiddenIds({words}: Reader, {ids}: Window): number[] {
  const [unknown, ...kept] = ["[UNK]", "[CLS]", "[SEP]"].map((piece) => words.idOf(piece));
  return ids.map((id) => (kept.includes(id) ? id : unknown));
}

/** The logarithm of the probability in each row, in nats. */
function logProbability(logits: tf.Tensor2D, place: number): tf.Tensor1D {
  return tf.logSoftmax(logits).slice([0, place], [logits.shape[0], 1]).reshape([-1]) as tf.Tensor1D;
}

/**
 * How much the loss of a question depends on each head (Michel, Levy & Neubig 2019): the slope of the loss as the
 * head's output grows, Σ output · ∂loss/∂output.
 *
 * @returns `[layers * heads]`, with its sign; the magnitude is the head's importance.
 */
export async function headSlopes(reader: Reader, window: Window): Promise<Float32Array> {
  const {num_hidden_layers: layers, num_attention_heads: heads} = reader.config;
  const slopes = tf.tidy(() =>
    tf.grad((sizes: tf.Tensor) => scaledLoss(reader, window, sizes))(tf.ones([layers, heads])),
  );
  const values = (await slopes.data()) as Float32Array;
  slopes.dispose();
  return Float32Array.from(values);
}

/** The loss of one window if each head's output is multiplied by `sizes`. @param sizes `[layers, heads]`. */
export function scaledLoss({config, weights}: Reader, window: Window, sizes: tf.Tensor): tf.Scalar {
  const {num_attention_heads: heads, hidden_size: width} = config;
  const tokens = window.ids.length;
  const logits = bertLogits(config, weights, batchOf([window]), {
    context: (layer, context) =>
      context
        .reshape([tokens, heads, width / heads])
        .mul(sizes.slice([layer, 0], [1, heads]).reshape([1, heads, 1]))
        .reshape([tokens, width]) as tf.Tensor2D,
  });
  return bertLoss(logits, Int32Array.of(window.start), Int32Array.of(window.end));
}
