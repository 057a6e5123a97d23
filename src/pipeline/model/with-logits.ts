import * as tf from "@tensorflow/tfjs";
import {UserError} from "../../nouns/options";
import {endOfLayers} from "./load/tfjs-graph";

/**
 * The same model with layers "logits" and "probabilities" at its end, if it ends in a softmax (as a layer, or as the
 * activation of one) or in scores. It shares the model's weights, except that those of the last dense layer are copied.
 *
 * @param mustBeProbabilities Whether a model that ends in scores is refused.
 * @throws UserError if it ends in anything else.
 */
export function withLogits(model: tf.LayersModel, mustBeProbabilities: boolean, what: string): tf.LayersModel {
  const last = model.layers[model.layers.length - 1];
  const {activation = "linear"} = last.getConfig() as {readonly activation?: string};
  const type = last.getClassName();
  const {kind, node} = endOfLayers(model.outputs[0]);
  const isSoftmax = type === "Softmax" || (type === "Activation" && activation === "softmax");
  const isTaken = isSoftmax || (type === "Dense" && activation === "softmax");
  const endsInScores = activation === "linear" && (kind === "scores" || kind === "unknown");
  if (!isTaken && (!endsInScores || mustBeProbabilities)) {
    const got = kind === "softmax" ? `a softmax within, and then ${type}` : `${type} with ${node}`;
    throw new UserError(`${what}: expected a model that ends in a softmax or in scores, got ${got}`);
  }
  // the dense layer that gives the scores, also if a separate softmax follows it
  const before = isSoftmax ? inputOf(last).sourceLayer : last;
  const dense = before.getConfig() as {readonly activation?: string; readonly units?: number};
  const isDense = before.getClassName() === "Dense" && (before === last || dense.activation === "linear");
  let logits: tf.SymbolicTensor;
  if (isDense && dense.units !== undefined) {
    const weights = before.getWeights();
    const layer = tf.layers.dense({units: dense.units, useBias: weights.length > 1, name: "logits"});
    logits = layer.apply(inputOf(before)) as tf.SymbolicTensor;
    layer.setWeights(weights);
  } else {
    const scores = isSoftmax ? inputOf(last) : model.outputs[0];
    logits = tf.layers.activation({activation: "linear", name: "logits"}).apply(scores) as tf.SymbolicTensor;
  }
  const softmax = tf.layers.activation({activation: "softmax", name: "probabilities"});
  return tf.model({inputs: model.inputs, outputs: softmax.apply(logits) as tf.SymbolicTensor});
}

/** The last input of a layer. A layer in a model within the model got an input there, too. */
function inputOf(layer: tf.layers.Layer): tf.SymbolicTensor {
  return (layer.inboundNodes.at(-1)?.inputTensors[0] ?? layer.input) as tf.SymbolicTensor;
}
