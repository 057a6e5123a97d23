import type * as tf from "@tensorflow/tfjs";
import {UserError} from "../../../nouns/options";

/**
 * Freezes layers: training leaves their weights as they are, and they answer as they do without training (no dropout, and batch norms
 * by their moving averages, as in Keras). The optimizer keeps no memory of them.
 *
 * @param words Names of layers, with commas between; a star stands for anything: "conv*".
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
