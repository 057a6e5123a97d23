import type * as tf from "@tensorflow/tfjs";
import {type AnyLayer, kindOfClass, kinds} from "../layers/index";
import type {LayerSource, Reason} from "../layers/kind";
import type {ImageShape, NamedArray} from "../network-types";
import {isOptimizer, type OptimizerName} from "./optimizers";
import type {Shape} from "./planes";

/** A network the engine can run: plain data, and its weights as they were. */
export interface Plan {
  readonly imageShape: ImageShape;
  readonly classes: number;
  /** In order; the last is dense and gives the logits. */
  readonly layers: readonly AnyLayer[];
  /** By the name of each of the model's layers. */
  readonly outputs: {readonly [layer: string]: PlannedOutput};
  /** The last layer, a softmax. */
  readonly probabilities: string;
  /** The layer that feeds the last dense one. */
  readonly features: string;
  readonly weights: readonly NamedArray[];
  readonly optimizer: OptimizerName;
}

/** Where one of the model's layers is found in a plan. */
export interface PlannedOutput {
  /** Whose output it shows: a place in `Plan.layers`; −1 for the image itself. */
  readonly layer: number;
  /** Whether that is without the relu that was fused into it. */
  readonly linear: boolean;
  /** Of one image's answer: [height, width, channels], or [units]. */
  readonly shape: readonly number[];
}

/** Layers whose output is their input in another shape: nothing is computed. */
const SAME = ["Flatten", "InputLayer"];

/** A model of layers one after the other, as plain data: what can be planned without tfjs. */
export interface PlainModel {
  readonly imageShape: ImageShape;
  readonly layers: readonly PlainLayer[];
  /** In the order of the layers' `index`. */
  readonly weights: readonly NamedArray[];
}

export interface PlainLayer extends Omit<LayerSource, "input"> {
  /** Why the engine cannot run it, whatever its kind. */
  readonly refused?: string | undefined;
}

/**
 * Reads a model's layers.
 *
 * @returns The plan, or why the engine cannot run the model, in words that end "… the fused engine".
 */
export function plan(model: tf.LayersModel, optimizer: string): Plan | Reason {
  if (!isOptimizer(optimizer)) return {reason: `optimizer ${optimizer} is not for the fused engine`};
  const inputShape = model.inputs[0].shape.slice(1);
  if (model.inputs.length > 1 || model.outputs.length > 1 || inputShape.length !== 3) {
    return {reason: "only models from one image to one output are for the fused engine"};
  }
  const [height, width, channels] = inputShape as number[];
  const layers = model.layers.map((layer, i) => {
    const className = layer.getClassName();
    const isBranch = i > 0 && className !== "InputLayer" && layer.input !== model.layers[i - 1].output;
    const isKept = !layer.trainable && layer.weights.length > 0;
    return {
      name: layer.name,
      className,
      config: layer.getConfig() as LayerSource["config"],
      weights: layer.weights.map((weight) => ({
        name: weight.originalName,
        index: model.weights.indexOf(weight),
        shape: weight.shape as number[],
      })),
      refused: isBranch ? "a branch" : isKept ? "a layer whose weights stay as they are" : undefined,
    };
  });
  // a model that is refused is refused before its weights are read, which takes its time
  return planPlain({imageShape: [height, width, channels], layers, weights: []}, optimizer, () => namedWeights(model));
}

/**
 * The same for a model that is plain data.
 *
 * @param weights Gives the weights once the model is known to be one that the engine can run.
 */
export function planPlain(
  model: PlainModel,
  optimizer: string,
  weights: () => readonly NamedArray[] = () => model.weights,
): Plan | Reason {
  if (!isOptimizer(optimizer)) return {reason: `optimizer ${optimizer} is not for the fused engine`};
  const [height, width, channels] = model.imageShape;
  let shape: Shape = {height, width, channels};
  const layers: AnyLayer[] = [];
  const outputs: {[layer: string]: {layer: number; linear: boolean; shape: readonly number[]}} = {};
  let isFlat = false;
  let features = "";
  let previous = "";

  for (const [i, layer] of model.layers.entries()) {
    const {className, config, refused} = layer;
    const refuse = (why: string): Reason => ({reason: `layer ${layer.name}: ${why} is not for the fused engine`});
    if (refused) return refuse(refused);
    const last = layers.length - 1;
    isFlat ||= /^(Flatten|Dense|Global)/.test(className);
    const found = (at: number) => {
      const {height: down, width: across, channels: deep} = at < 0 ? shape : layers[at].output;
      outputs[layer.name] = {layer: at, linear: false, shape: isFlat ? [down * across * deep] : [down, across, deep]};
      previous = layer.name;
    };
    if (i === model.layers.length - 1) {
      if (!isSoftmax(className, config)) return refuse(`a last layer ${className}, not a softmax,`);
      if (layers[last]?.kind !== "dense" || layers[last].relu) return refuse("a softmax of anything but a dense layer");
      const classes = layers[last].output.channels;
      const {imageShape} = model;
      const probabilities = layer.name;
      return {imageShape, classes, layers, outputs, probabilities, features, weights: weights(), optimizer};
    }
    if (SAME.includes(className)) {
      found(last);
      continue;
    }
    if (isRelu(className, config) && last >= 0 && isFusable(layers[last])) {
      for (const output of Object.values(outputs)) if (output.layer === last) output.linear = true;
      layers[last] = {...layers[last], relu: true};
      found(last);
      continue;
    }
    const name = isRelu(className, config) ? "relu" : kindOfClass[className];
    if (!name || (name === "relu" && !isRelu(className, config))) return refuse(`a ${className}`);
    const planned = kinds[name].plan({...layer, input: shape});
    if ("reason" in planned) return refuse(planned.reason);
    layers.push({...planned, kind: name} as AnyLayer); // plan() of kind `name` gives that kind's plan
    if (name === "dense") features = previous;
    found(layers.length - 1);
    shape = planned.output;
  }
  return {reason: "a model without layers is not for the fused engine"};
}

function isSoftmax(className: string, config: LayerSource["config"]): boolean {
  return className === "Softmax" || (className === "Activation" && config.activation === "softmax");
}

function isRelu(className: string, config: LayerSource["config"]): boolean {
  return className === "ReLU" ? config.maxValue == null : className === "Activation" && config.activation === "relu";
}

function isFusable(layer: AnyLayer): boolean {
  return (layer.kind === "convolution" || layer.kind === "dense") && !layer.relu;
}

function namedWeights(model: tf.LayersModel): NamedArray[] {
  return model.weights.map((weight) => ({
    name: weight.originalName,
    shape: weight.shape as number[],
    values: Float32Array.from(weight.read().dataSync()),
  }));
}
