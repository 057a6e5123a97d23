import type {PageLayer} from "../../page-model";
import {convolved, depthwise, eachTap, pooled, pooledBack, type Volume, wholeOf} from "./windows";

type Layer = PageLayer<Float32Array>;

/** The values of a pass that are kept: the input of each layer, and the logits. */
export interface Pass {
  readonly inputs: readonly Volume[];
  readonly logits: Float32Array;
}

/** The logits of one image with pixels in [0, 1], and the values that the backward pass needs. */
export function forward(layers: readonly Layer[], image: Volume): Pass {
  const inputs: Volume[] = [];
  let at = image;
  for (const layer of layers) {
    inputs.push(at);
    at = through(layer, at);
  }
  return {inputs, logits: at.values};
}

/** The gradient of one class's logit with respect to the pixels. */
export function inputGradient(layers: readonly Layer[], {inputs, logits}: Pass, target: number): Float32Array {
  let gradient: Float32Array = new Float32Array(logits.length);
  gradient[target] = 1;
  for (let n = layers.length - 1; n >= 0; n--) gradient = back(layers[n], inputs[n], gradient);
  return gradient;
}

/** The probabilities of the classes. */
export function softmax(logits: Float32Array): Float32Array {
  const most = Math.max(...logits);
  const powers = logits.map((z) => Math.exp(z - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function through(layer: Layer, input: Volume): Volume {
  const {values} = input;
  switch (layer.kind) {
    case "relu":
      return {...input, values: values.map((v) => (v > 0 ? v : 0))};
    case "rescaling":
      return {...input, values: values.map((v) => v * layer.scale + layer.offset)};
    case "norm":
      return {
        ...input,
        values: values.map((v, i) => v * layer.scale[i % input.channels] + layer.offset[i % input.channels]),
      };
    case "dense": {
      const out = new Float32Array(layer.units);
      for (let u = 0; u < layer.units; u++) {
        let sum = layer.bias ? layer.bias[u] : 0;
        for (let i = 0; i < values.length; i++) sum += values[i] * layer.kernel[i * layer.units + u];
        out[u] = sum;
      }
      return {height: 1, width: 1, channels: layer.units, values: out};
    }
    case "convolution":
      return convolved(input, layer.kernel, layer.bias, layer);
    case "depthwise":
      return depthwise(input, layer.kernel, layer.bias, layer);
    case "pool":
      return pooled(input, layer, layer.average);
    case "global":
      return pooled(input, wholeOf(input), layer.average);
    default:
      return layer satisfies never;
  }
}

/** The gradient of a layer's input, from that of its output. */
function back(layer: Layer, input: Volume, dy: Float32Array): Float32Array {
  const {values, channels} = input;
  const dx = new Float32Array(values.length);
  switch (layer.kind) {
    case "relu":
      return dx.map((_, i) => (values[i] > 0 ? dy[i] : 0));
    case "rescaling":
      return dx.map((_, i) => dy[i] * layer.scale);
    case "norm":
      return dx.map((_, i) => dy[i] * layer.scale[i % channels]);
    case "dense":
      for (let i = 0; i < values.length; i++) {
        let sum = 0;
        for (let u = 0; u < layer.units; u++) sum += dy[u] * layer.kernel[i * layer.units + u];
        dx[i] = sum;
      }
      return dx;
    case "convolution": {
      const {kernel, channels: outputs} = layer;
      eachTap(input, layer, (from, tap, to) => {
        for (let c = 0; c < channels; c++) {
          let sum = 0;
          for (let k = 0; k < outputs; k++) sum += dy[to * outputs + k] * kernel[(tap * channels + c) * outputs + k];
          dx[from * channels + c] += sum;
        }
      });
      return dx;
    }
    case "depthwise": {
      const each = layer.channels / channels;
      eachTap(input, layer, (from, tap, to) => {
        for (let k = 0; k < layer.channels; k++) {
          dx[from * channels + Math.floor(k / each)] +=
            dy[to * layer.channels + k] * layer.kernel[tap * layer.channels + k];
        }
      });
      return dx;
    }
    case "pool":
      return pooledBack(input, layer, layer.average, dy);
    case "global":
      return pooledBack(input, wholeOf(input), layer.average, dy);
    default:
      return layer satisfies never;
  }
}
