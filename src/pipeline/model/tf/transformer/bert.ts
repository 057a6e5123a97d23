import * as tf from "@tensorflow/tfjs";

import type {Tokens} from "../../../../nouns/samples";
import {attention, attentionWeights, gelu, layerNorm, probabilitiesShape} from "./operations";

/** The settings of a BERT in a Hugging Face config.json, with the names that this file uses. */
export interface BertConfig {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly intermediate_size: number;
  readonly max_position_embeddings: number;
  readonly type_vocab_size: number;
  readonly layer_norm_eps: number;
  readonly hidden_act: "gelu" | "gelu_new";
}

export type BertWeights = ReadonlyMap<string, tf.Variable>;

/** Name and shape of every weight, in Hugging Face's order and layout: a dense layer's kernel is [out, in]. */
export function bertShapes(config: BertConfig): (readonly [name: string, shape: readonly number[]])[] {
  const {hidden_size: width, intermediate_size: inner} = config;
  const dense = (name: string, out: number, into: number) =>
    [
      [`${name}.weight`, [out, into]],
      [`${name}.bias`, [out]],
    ] as const;
  const norm = (name: string) =>
    [
      [`${name}.weight`, [width]],
      [`${name}.bias`, [width]],
    ] as const;
  const embeddings = "bert.embeddings";
  return [
    [`${embeddings}.word_embeddings.weight`, [config.vocab_size, width]],
    [`${embeddings}.position_embeddings.weight`, [config.max_position_embeddings, width]],
    [`${embeddings}.token_type_embeddings.weight`, [config.type_vocab_size, width]],
    ...norm(`${embeddings}.LayerNorm`),
    ...Array.from({length: config.num_hidden_layers}, (_, i) => `bert.encoder.layer.${i}`).flatMap((layer) => [
      ...["query", "key", "value"].flatMap((name) => dense(`${layer}.attention.self.${name}`, width, width)),
      ...dense(`${layer}.attention.output.dense`, width, width),
      ...norm(`${layer}.attention.output.LayerNorm`),
      ...dense(`${layer}.intermediate.dense`, inner, width),
      ...dense(`${layer}.output.dense`, width, inner),
      ...norm(`${layer}.output.LayerNorm`),
    ]),
    ...dense("qa_outputs", 2, width),
  ];
}

/**
 * Functions that look inside a forward pass, or change it. All tensors belong to the pass: clone a tensor to keep it.
 */
export interface BertHooks {
  /** @param weights [batch, heads, tokens, tokens], which token looks at which. */
  attention?(layer: number, weights: tf.Tensor4D): void;
  /**
   * @param context [batch * tokens, width], the heads' answers before they are mixed.
   * @returns the tensor that replaces them, if there is one.
   */
  context?(layer: number, context: tf.Tensor2D): tf.Tensor2D | undefined;
  /** @param hidden [batch * tokens, width], what the layer gives to the next. */
  output?(layer: number, hidden: tf.Tensor2D): void;
  /** Sets some numbers to 0 at random in training; `where` names the place. */
  dropout?(x: tf.Tensor, where: string): tf.Tensor;
  /** Replaces the embeddings of the words, [batch * tokens, width]. */
  words?(embeddings: tf.Tensor2D): tf.Tensor2D;
}

/** This is added to the scores of padded keys, so that their probability is 0. */
const HIDDEN = -1e9;

/**
 * BERT for extractive question answering (Devlin et al. 2019, "BERT", section 4.2): a score for each token to be the
 * answer's start, and one to be its end. It computes what Hugging Face's BertForQuestionAnswering does, and takes its
 * weights.
 *
 * @returns Logits [batch, tokens].
 */
export function bertLogits(
  config: BertConfig,
  weights: BertWeights,
  batch: Tokens,
  hooks: BertHooks = {},
): {readonly start: tf.Tensor2D; readonly end: tf.Tensor2D} {
  const {count, length: tokens, ids, types, mask} = batch;
  const {hidden_size: width, num_attention_heads: heads} = config;
  const of = (name: string) => weights.get(name) as tf.Variable;
  const drop = hooks.dropout ?? ((x: tf.Tensor) => x);
  const dense = (x: tf.Tensor, name: string) =>
    tf.matMul(x as tf.Tensor2D, of(`${name}.weight`) as tf.Tensor2D, false, true).add(of(`${name}.bias`));
  const norm = (x: tf.Tensor, name: string) => {
    const [gain, bias] = [of(`${name}.weight`), of(`${name}.bias`)] as unknown as tf.Tensor1D[];
    return layerNorm(x, gain, bias, config.layer_norm_eps);
  };

  const embeddings = "bert.embeddings";
  const looked = tf.gather(of(`${embeddings}.word_embeddings.weight`), tf.tensor1d(ids, "int32")) as tf.Tensor2D;
  const words = hooks.words?.(looked) ?? looked;
  const kinds = tf.gather(of(`${embeddings}.token_type_embeddings.weight`), tf.tensor1d(types, "int32"));
  const places = tf.slice(of(`${embeddings}.position_embeddings.weight`), [0, 0], [tokens, width]);
  const sum = words
    .add(kinds)
    .reshape([count, tokens, width])
    .add(places)
    .reshape([count * tokens, width]);
  let x = drop(norm(sum, `${embeddings}.LayerNorm`), "embeddings");
  const bias = tf.tensor2d(mask, [count, tokens]).sub(1).mul(-HIDDEN) as tf.Tensor2D; // 0 where there is text
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const layer = `bert.encoder.layer.${i}`;
    const names = ["query", "key", "value"].map((name) => `${layer}.attention.self.${name}`);
    const kernel = tf.concat(
      names.map((name) => of(`${name}.weight`)),
      0,
    ) as tf.Tensor2D;
    const biases = tf.concat(names.map((name) => of(`${name}.bias`)));
    const qkv = tf
      .matMul(x as tf.Tensor2D, kernel, false, true)
      .add(biases)
      .reshape([count, tokens, 3 * width]) as tf.Tensor3D;
    hooks.attention?.(i, attentionWeights(qkv, {heads, bias}));
    const dropped = hooks.dropout?.(tf.ones(probabilitiesShape(qkv.shape, heads)), `${i}/attention`) as
      | tf.Tensor4D
      | undefined;
    const answered = attention(qkv, {heads, bias, drop: dropped}).reshape([count * tokens, width]) as tf.Tensor2D;
    const context = hooks.context?.(i, answered) ?? answered;
    const looking = drop(dense(context, `${layer}.attention.output.dense`), `${i}/looked`);
    const y = norm(looking.add(x), `${layer}.attention.output.LayerNorm`);
    const hidden = gelu(dense(y, `${layer}.intermediate.dense`), config.hidden_act === "gelu");
    const thought = drop(dense(hidden, `${layer}.output.dense`), `${i}/thought`);
    x = norm(thought.add(y), `${layer}.output.LayerNorm`);
    hooks.output?.(i, x as tf.Tensor2D);
  }
  const logits = dense(x, "qa_outputs").reshape([count, tokens, 2]);
  const [start, end] = tf.unstack(logits, 2) as tf.Tensor2D[];
  return {start, end};
}

/**
 * The mean over the batch of the two cross-entropies, in nats, of the answer's first and last token, halved. Padded
 * places are included, as in BertForQuestionAnswering.
 */
export function bertLoss(
  {start, end}: {readonly start: tf.Tensor2D; readonly end: tf.Tensor2D},
  starts: Int32Array,
  ends: Int32Array,
): tf.Scalar {
  const tokens = start.shape[1];
  const one = (logits: tf.Tensor2D, places: Int32Array) => {
    const right = tf.oneHot(tf.tensor1d(places, "int32"), tokens).toFloat();
    return right.mul(tf.logSoftmax(logits)).sum(1).mean().neg();
  };
  return one(start, starts).add(one(end, ends)).mul(0.5) as tf.Scalar;
}
