import * as tf from "@tensorflow/tfjs";

import type {Attention, NamedArray} from "../../nouns/network";
import type {ImageShape} from "../../nouns/samples";
import {startBackend} from "../backend/index";
import {partsOf} from "../model/tf/classifier";
import {checkWeights} from "../model/tf/tf-network";
import {attentionOf} from "../model/tf/transformer/attention-of";

/**
 * How the tokens of a network attend to each other, if another engine than tfjs trains it: the weights of the moment
 * are copied into tfjs' model, and that model is asked. It computes on wasm, which starts at the first question.
 *
 * @param weights The network's, in the model's order.
 * @returns undefined if the model has no attention.
 */
export function attentionBeside(
  model: tf.LayersModel,
  imageShape: ImageShape,
  weights: () => Promise<readonly NamedArray[]>,
): Attention | undefined {
  const attention = attentionOf(model, partsOf(model).toLogits, imageShape);
  if (!attention) return undefined;
  let started: Promise<unknown> | undefined;
  const upToDate = async () => {
    started ??= startBackend("wasm");
    await started;
    const arrays = await weights();
    checkWeights(model, arrays);
    tf.tidy(() => model.setWeights(arrays.map(({values, shape}) => tf.tensor(values, [...shape]))));
  };
  return {
    ...attention,
    async weights(images) {
      await upToDate();
      return attention.weights(images);
    },
    async headSlopes(images) {
      await upToDate();
      return attention.headSlopes(images);
    },
  };
}
