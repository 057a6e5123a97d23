import * as tf from "@tensorflow/tfjs";
import type {Window} from "../data/text/windows";
import {logitsOf, type Reader} from "./reader";

/** What a reader is like inside for one question, at one step. */
export interface Inside {
  /** One a token of the window. */
  readonly start: Float32Array;
  readonly end: Float32Array;
  /** By name: arrays as docs/transformer.md says. */
  readonly arrays: ReadonlyMap<string, {readonly shape: readonly number[]; readonly values: Float32Array}>;
}

/** Looks into a reader while it reads one window. */
export async function insideOf(reader: Reader, window: Window): Promise<Inside> {
  const {num_hidden_layers: layers} = reader.config;
  const kept = new Map<string, tf.Tensor>();
  const keep = (name: string, tensor: tf.Tensor) => kept.set(name, tf.keep(tensor.clone()));
  const last = layers - 1;
  const [{start, end}] = await logitsOf(reader, [window], {
    attention: (layer, weights) => keep(`attention.${layer}`, weights.squeeze([0])),
    context: (layer, context) => {
      if (layer === 0) keep("context.first", context);
      if (layer === last) keep("context.last", context);
    },
    output: (layer, hidden) => {
      if (layer === last) keep("output.last", hidden);
    },
  });
  const arrays = new Map<string, {readonly shape: readonly number[]; readonly values: Float32Array}>([
    ["start", {shape: [start.length], values: start}],
    ["end", {shape: [end.length], values: end}],
  ]);
  const output = reader.weights.get("qa_outputs.weight") as tf.Variable;
  arrays.set("qa_outputs.weight", {shape: output.shape, values: Float32Array.from(await output.data())});
  for (const [name, tensor] of kept) {
    arrays.set(name, {shape: tensor.shape, values: Float32Array.from(await tensor.data())});
    tensor.dispose();
  }
  return {start, end, arrays};
}
