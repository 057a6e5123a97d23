import * as tf from "@tensorflow/tfjs";

import type {Question} from "../data/text/questions";
import {type Window, windowsOf} from "../data/text/windows";
import type {BertHooks} from "../model/tf/transformer/bert";
import {answerOf} from "./answer";
import {gradientEvidence, headSlopes} from "./evidence";
import {hookedLogits, type Reader} from "./reader";
import {placesOf, whyAnswer} from "./why";
import {windowWords} from "./words";

export type Arrays = ReadonlyMap<string, {readonly shape: readonly number[]; readonly values: Float32Array}>;

/**
 * A question that is looked into at every look. It is always the same part of its text, so that steps can be compared.
 */
export interface Tracked {
  /** Its place among the held-out questions. */
  readonly place: number;
  readonly question: Question;
  /** The first window that contains the answer; if there is no answer, the first window. */
  readonly window: Window;
}

export function trackedQuestions(places: readonly number[], heldOut: readonly Question[], reader: Reader): Tracked[] {
  return places.map((place) => {
    const windows = windowsOf([heldOut[place]], reader.words, reader);
    return {place, question: heldOut[place], window: windows.find(({start}) => start > 0) ?? windows[0]};
  });
}

/**
 * Looks into a reader while it reads a tracked question: logits, attention, node values, how much the loss depends on
 * each head, and which words speak for the answer.
 *
 * @param samples How many times words are hidden for LIME; 0 leaves LIME out.
 * @param isInside Whether to include attention and node values.
 * @returns The arrays, by the names in docs/transformer.md.
 */
export async function insideOf(
  reader: Reader,
  {window, question}: Tracked,
  {samples, seed, isInside}: {readonly samples: number; readonly seed: number; readonly isInside: boolean},
): Promise<Arrays> {
  const {num_hidden_layers: layers, num_attention_heads: heads} = reader.config;
  const kept = new Map<string, tf.Tensor>();
  const keep = (name: string, tensor: tf.Tensor) => {
    kept.set(name, tf.keep(tensor.clone()));
  };
  const last = layers - 1;
  const hooks: BertHooks = {
    attention: (layer, weights) => keep(`attention.${layer}`, weights.squeeze([0])),
    context: (layer, context) => {
      if (layer === 0) keep("context.first", context);
      if (layer === last) keep("context.last", context);
      return undefined;
    },
    output: (layer, hidden) => {
      if (layer === last) keep("output.last", hidden);
    },
  };
  const [{start, end}] = await hookedLogits(reader, [window], isInside ? hooks : {});
  const tokens = start.length;
  const arrays = new Map<string, {readonly shape: readonly number[]; readonly values: Float32Array}>([
    ["start", {shape: [tokens], values: start}],
    ["end", {shape: [tokens], values: end}],
  ]);
  const output = reader.weights.get("qa_outputs.weight") as tf.Variable;
  arrays.set("qa_outputs.weight", {shape: output.shape, values: Float32Array.from(await output.data())});
  for (const [name, tensor] of kept) {
    arrays.set(name, {shape: tensor.shape, values: Float32Array.from(await tensor.data())});
    tensor.dispose();
  }
  arrays.set("head.slopes", {shape: [layers, heads], values: await headSlopes(reader, window)});
  const answer = answerOf({window, start, end}, question, 1);
  if (answer.spans.length === 0) return arrays; // a text without words has no answer to explain
  const place = placesOf(answer, answer.spans[0]);
  arrays.set("words.gradients", {shape: [tokens], values: await gradientEvidence(reader, window, place)});
  if (samples > 0) {
    const {words} = await whyAnswer(reader, answer, samples, seed);
    const {labels} = windowWords(window, reader.words);
    const weights = Float32Array.from(labels, (word) => (word === 0 ? 0 : words[word - 1].weight));
    arrays.set("words.lime", {shape: [tokens], values: weights});
  }
  return arrays;
}
