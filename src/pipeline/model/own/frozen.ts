import type * as tf from "@tensorflow/tfjs";
import {UserError} from "../../../nouns/options";

/**
 * Freezes layers: training does not change their weights, and they answer as they do outside training (without dropout,
 * and with the moving averages of batch normalisation, as in Keras). The optimizer keeps nothing about them.
 *
 * @param words Names of layers with commas between them; a star means any text: "conv*".
 * @throws UserError if a word fits no layer, or no weights are left to train.
 */
export function freeze(model: tf.LayersModel, words: string): void {
  const layers = model.layers.filter((layer) => layer.getClassName() !== "InputLayer");
  for (const word of words.split(",").map((one) => one.trim())) {
    const pattern = new RegExp(
      `^${word
        .split("*")
        .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
        .join(".*")}$`,
    );
    const found = word === "" ? [] : layers.filter(({name}) => pattern.test(name));
    if (found.length === 0) {
      const known = layers.filter(({weights}) => weights.length > 0).map(({name}) => name);
      throw new UserError(`--freeze: expected layers among ${known.join(", ")}, got "${word}"`);
    }
    for (const layer of found) keepAsItIs(layer);
  }
  if (model.trainableWeights.length === 0) {
    throw new UserError(`--freeze: expected some weights to be left to train, got "${words}", which freezes all`);
  }
}

function keepAsItIs(layer: tf.layers.Layer): void {
  if (!layer.trainable) return;
  layer.trainable = false;
  const {call} = layer;
  layer.call = (inputs, kwargs) => call.call(layer, inputs, {...kwargs, training: false});
}
