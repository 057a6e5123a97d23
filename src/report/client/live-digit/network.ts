import type {PageLayer, Window} from "../../page-model";

/** An image, or what a layer makes of one: `values[(y * width + x) * channels + c]`. */
export interface Volume {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float32Array;
}

type Layer = PageLayer<Float32Array>;

/** The values of a pass that are kept: the input of each layer, and the logits. */
export interface Pass {
  readonly inputs: readonly Volume[];
  readonly logits: Float32Array;
}

/** The logits of one image, pixels in [0, 1]; and what the way back needs. */
export function forward(layers: readonly Layer[], image: Volume): Pass {
  const inputs: Volume[] = [];
  let at = image;
  for (const layer of layers) {
    inputs.push(at);
    at = through(layer, at);
  }
  return {inputs, logits: at.values};
}

/** Gradient of one class's logit at the pixels. */
export function inputGradient(layers: readonly Layer[], {inputs, logits}: Pass, target: number): Float32Array {
  let gradient: Float32Array = new Float32Array(logits.length);
  gradient[target] = 1;
  for (let n = layers.length - 1; n >= 0; n--) gradient = back(layers[n], inputs[n], gradient);
  return gradient;
}

/** Probabilities of the classes. */
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

/** A window as large as the image. */
function wholeOf({height, width, channels}: Volume): Window {
  return {size: [height, width], strides: [1, 1], padding: "valid", channels};
}

/** Outputs along one side, and zeros before the image, as TensorFlow counts them. */
function extent(
  length: number,
  size: number,
  stride: number,
  padding: Window["padding"],
): [outputs: number, before: number] {
  if (padding === "valid") return [Math.floor((length - size) / stride) + 1, 0];
  const outputs = Math.ceil(length / stride);
  return [outputs, Math.floor(Math.max(0, (outputs - 1) * stride + size - length) / 2)];
}

function outputOf({height, width}: Volume, {size, strides, padding}: Window) {
  const [rows, top] = extent(height, size[0], strides[0], padding);
  const [columns, left] = extent(width, size[1], strides[1], padding);
  return {rows, columns, top, left};
}

/** Calls with each pixel of the input that an output's window holds: where it is, which of the window's, and the output. */
function eachTap(input: Volume, window: Window, call: (from: number, tap: number, to: number) => void): void {
  const {height, width} = input;
  const {size, strides} = window;
  const {rows, columns, top, left} = outputOf(input, window);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let i = 0; i < size[0]; i++) {
        const y = row * strides[0] - top + i;
        if (y < 0 || y >= height) continue;
        for (let j = 0; j < size[1]; j++) {
          const x = column * strides[1] - left + j;
          if (x >= 0 && x < width) call(y * width + x, i * size[1] + j, row * columns + column);
        }
      }
    }
  }
}

/** An empty output, its biases in place. Sums are in double precision. */
function begun(input: Volume, window: Window, bias: Float32Array | null) {
  const {rows, columns} = outputOf(input, window);
  const sums = new Float64Array(rows * columns * window.channels);
  if (bias) for (let i = 0; i < sums.length; i++) sums[i] = bias[i % window.channels];
  return {
    sums,
    done: () => ({height: rows, width: columns, channels: window.channels, values: Float32Array.from(sums)}),
  };
}

function convolved(input: Volume, kernel: Float32Array, bias: Float32Array | null, window: Window): Volume {
  const {values, channels} = input;
  const outputs = window.channels;
  const {sums, done} = begun(input, window, bias);
  eachTap(input, window, (from, tap, to) => {
    for (let c = 0; c < channels; c++) {
      const value = values[from * channels + c];
      if (value === 0) continue; // after a relu half of them are
      const row = (tap * channels + c) * outputs;
      for (let k = 0; k < outputs; k++) sums[to * outputs + k] += value * kernel[row + k];
    }
  });
  return done();
}

function depthwise(input: Volume, kernel: Float32Array, bias: Float32Array | null, window: Window): Volume {
  const {values, channels} = input;
  const each = window.channels / channels;
  const {sums, done} = begun(input, window, bias);
  eachTap(input, window, (from, tap, to) => {
    for (let k = 0; k < window.channels; k++) {
      const value = values[from * channels + Math.floor(k / each)];
      sums[to * window.channels + k] += value * kernel[tap * window.channels + k];
    }
  });
  return done();
}

/** How many pixels of the image each output's window holds: what lies beyond the edge is not counted. */
function counted(input: Volume, window: Window, outputs: number): Float32Array {
  const held = new Float32Array(outputs);
  eachTap(input, window, (_, __, to) => held[to]++);
  return held;
}

function pooled(input: Volume, window: Window, average: boolean): Volume {
  const {values, channels} = input;
  const {rows, columns} = outputOf(input, window);
  const out = new Float32Array(rows * columns * channels).fill(average ? 0 : Number.NEGATIVE_INFINITY);
  eachTap(input, window, (from, _, to) => {
    for (let c = 0; c < channels; c++) {
      const [value, at] = [values[from * channels + c], to * channels + c];
      if (average) out[at] += value;
      else if (value > out[at]) out[at] = value;
    }
  });
  if (average) {
    const held = counted(input, window, rows * columns);
    for (let i = 0; i < out.length; i++) out[i] /= held[Math.floor(i / channels)];
  }
  return {height: rows, width: columns, channels, values: out};
}

/** The first of equal maxima takes the gradient, as in the engine. */
function pooledBack(input: Volume, window: Window, average: boolean, dy: Float32Array): Float32Array {
  const {values, channels} = input;
  const dx = new Float32Array(values.length);
  if (average) {
    const held = counted(input, window, dy.length / channels);
    eachTap(input, window, (from, _, to) => {
      for (let c = 0; c < channels; c++) dx[from * channels + c] += dy[to * channels + c] / held[to];
    });
    return dx;
  }
  const best = new Int32Array(dy.length).fill(-1);
  eachTap(input, window, (from, _, to) => {
    for (let c = 0; c < channels; c++) {
      const [i, at] = [from * channels + c, to * channels + c];
      if (best[at] < 0 || values[i] > values[best[at]]) best[at] = i;
    }
  });
  for (let at = 0; at < dy.length; at++) dx[best[at]] += dy[at];
  return dx;
}
