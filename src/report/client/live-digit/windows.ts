/** @file Windows that go over an image: convolutions and pools, forward and backward. */
import type {Window} from "../../page-model";

/** An image, or a layer's answer to one: `values[(y * width + x) * channels + c]`. */
export interface Volume {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float32Array;
}

/** A window as large as the image. */
export function wholeOf({height, width, channels}: Volume): Window {
  return {size: [height, width], strides: [1, 1], padding: "valid", channels};
}

/** How many outputs there are along one side, and how many zeros come before the image, as in TensorFlow. */
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

/**
 * Calls a function for each pixel of the input in the window of each output, with the pixel's place, its number in the
 * window, and the output.
 */
export function eachTap(input: Volume, window: Window, call: (from: number, tap: number, to: number) => void): void {
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

/** A new output that contains the biases. Sums are in double precision. */
function begun(input: Volume, window: Window, bias: Float32Array | null) {
  const {rows, columns} = outputOf(input, window);
  const sums = new Float64Array(rows * columns * window.channels);
  if (bias) for (let i = 0; i < sums.length; i++) sums[i] = bias[i % window.channels];
  return {
    sums,
    done: () => ({height: rows, width: columns, channels: window.channels, values: Float32Array.from(sums)}),
  };
}

export function convolved(input: Volume, kernel: Float32Array, bias: Float32Array | null, window: Window): Volume {
  const {values, channels} = input;
  const outputs = window.channels;
  const {sums, done} = begun(input, window, bias);
  eachTap(input, window, (from, tap, to) => {
    for (let c = 0; c < channels; c++) {
      const value = values[from * channels + c];
      if (value === 0) continue; // after a relu, half of them are 0
      const row = (tap * channels + c) * outputs;
      for (let k = 0; k < outputs; k++) sums[to * outputs + k] += value * kernel[row + k];
    }
  });
  return done();
}

export function depthwise(input: Volume, kernel: Float32Array, bias: Float32Array | null, window: Window): Volume {
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

/** How many pixels of the image are in each output's window. Places beyond the edge are not counted. */
function counted(input: Volume, window: Window, outputs: number): Float32Array {
  const held = new Float32Array(outputs);
  eachTap(input, window, (_, __, to) => held[to]++);
  return held;
}

export function pooled(input: Volume, window: Window, average: boolean): Volume {
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

/** The first of equal maxima gets the gradient, as in the engine. */
export function pooledBack(input: Volume, window: Window, average: boolean, dy: Float32Array): Float32Array {
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
