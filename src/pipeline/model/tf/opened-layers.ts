import * as tf from "@tensorflow/tfjs";
import type {LoadSettings} from "../load/load-settings";
import {otherInputs} from "../load/other-inputs";
import {type Port, theInput, theOutput} from "../load/ports";
import {activatedLayer, endOfLayers} from "../load/tfjs-graph";
import type {OpenedModel} from "./opened-model";
import {tensorsOf} from "./tensors-of";

/** A LayersModel. The answers of its inner layers are seen, and replaced, where the layers are called. */
export async function openedLayers(artifacts: tf.io.ModelArtifacts, settings: LoadSettings): Promise<OpenedModel> {
  const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  try {
    const portOf = (names: readonly string[]) => (tensor: tf.SymbolicTensor, i: number) =>
      ({name: names[i], type: tensor.dtype, dims: tensor.shape}) satisfies Port;
    const inputs = model.inputs.map(portOf(model.inputNames));
    const input = theInput(inputs, ["float32"], settings);
    const others = otherInputs(inputs, input, settings);
    const fed = (images: tf.Tensor) => {
      if (inputs.length === 1) return images;
      const all: tf.NamedTensorMap = {[input.name]: images, ...tensorsOf(others(images.shape[0]))};
      return inputs.map(({name}) => all[name]);
    };
    const {index} = theOutput(model.outputs.map(portOf(model.outputNames)), settings);
    const run = (images: tf.Tensor) => {
      const out = model.apply(fed(images), {training: false}) as tf.Tensor | tf.Tensor[];
      return Array.isArray(out) ? out[index] : out;
    };
    const activated = activatedLayer(model.outputs[index]);
    const scores = activated && ((images: tf.Tensor) => withoutActivation(activated, () => run(images)));
    const ways = {run, scores: scores ?? run};
    const layers = model.layers.filter((layer) => layer.getClassName() !== "InputLayer");
    const named = (name: string) => layers[layers.findIndex((layer) => layer.name === name)];
    const dense = layers.findLast((layer) => layer.getClassName() === "Dense");
    const feeding = dense && lastCall(dense)?.inputTensors[0]?.sourceLayer;
    const embedding = layers.find((layer) => layer === feeding)?.name;
    return {
      input,
      end: endOfLayers(model.outputs[index]),
      run(images) {
        const out = model.predict(fed(images));
        return Array.isArray(out) ? out[index] : out;
      },
      ...(scores ? {scores} : {}),
      layers: layers.map(({name}) => name),
      typeOf: (name) => named(name).getClassName(),
      weights: () => model.weights.map((weight) => ({name: weight.originalName, tensor: weight.read()})),
      ...(embedding === undefined ? {} : {embedding}),
      maps: mapsOf(layers),
      at(images, name) {
        let answer: tf.Tensor | undefined;
        calling(
          named(name),
          (out) => {
            answer = tf.keep(out.clone()); // tfjs frees its own one when the next layer has read it
            return out;
          },
          () => run(images),
        );
        if (!answer) throw new Error(`layer ${name} is not called`);
        return answer;
      },
      replacing: (name, answer, images, act) =>
        calling(
          named(name),
          () => answer.clone(),
          () => ways[act](images),
        ),
      dispose: () => void model.dispose(),
    };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** How a layer was called last; a layer in a model within the model was called there, too. */
function lastCall(layer: tf.layers.Layer) {
  return layer.inboundNodes.at(-1);
}

/**
 * The layers from the last convolution (or model with rows and columns) on that have as many rows and columns as it
 * has.
 */
function mapsOf(layers: readonly tf.layers.Layer[]): string[] {
  const area = (layer: tf.layers.Layer) => {
    const shape = lastCall(layer)?.outputTensors[0]?.shape ?? [];
    return shape.length === 4 && shape[1] !== 1 ? `${shape[1]} x ${shape[2]}` : undefined;
  };
  const isConvolution = (layer: tf.layers.Layer) =>
    /Conv/.test(layer.getClassName()) || (layer as Partial<tf.LayersModel>).layers !== undefined;
  const last = layers.findLastIndex((layer) => isConvolution(layer) && area(layer) !== undefined);
  if (last < 0) return [];
  return layers.slice(last).flatMap((layer) => (area(layer) === area(layers[last]) ? [layer.name] : []));
}

/** Does something while `change` sees a layer's answer, or replaces it by another one. */
function calling<T>(layer: tf.layers.Layer, change: (answer: tf.Tensor) => tf.Tensor, act: () => T): T {
  const {call} = layer;
  layer.call = (inputs, kwargs) => {
    const out = call.call(layer, inputs, kwargs);
    return change(Array.isArray(out) ? out[0] : out);
  };
  try {
    return act();
  } finally {
    layer.call = call;
  }
}

/** Does something while a layer returns the input of its activation. */
function withoutActivation<T>(layer: tf.layers.Layer, act: () => T): T {
  if (layer.getClassName() === "Softmax") {
    const {call} = layer;
    layer.call = (inputs) => (Array.isArray(inputs) ? inputs[0] : inputs).clone();
    try {
      return act();
    } finally {
      layer.call = call;
    }
  }
  const own = layer as {activation?: unknown}; // a private field of Dense, Activation and the convolutions
  const {activation} = own;
  own.activation = (tf.layers.activation({activation: "linear"}) as {activation?: unknown}).activation;
  try {
    return act();
  } finally {
    own.activation = activation;
  }
}
