import * as tf from "@tensorflow/tfjs";
import {beforeAll, expect, test} from "vitest";

import {type ConvolutionShape, canConvolve, convolver} from "../../src/engine/tfjs/convolver";
import {fork} from "../../src/nouns/random";
import {worst} from "./tfjs";

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend("cpu");
});

function drawn(name: string, size: number): Float32Array {
  const random = fork(1, name);
  return Float32Array.from({length: size}, () => 2 * random() - 1);
}

test.each<[string, ConvolutionShape, number]>([
  [
    "3 x 3",
    {
      input: {height: 9, width: 8, channels: 2},
      filters: 5,
      kernel: [3, 3],
      stride: [1, 1],
      padding: "valid",
      relu: false,
    },
    6,
  ],
  [
    "3 x 3, wide",
    {
      input: {height: 9, width: 8, channels: 9},
      filters: 10,
      kernel: [3, 3],
      stride: [1, 1],
      padding: "same",
      relu: false,
    },
    5,
  ],
  [
    "5 x 2 by 2 and 1",
    {
      input: {height: 9, width: 8, channels: 3},
      filters: 4,
      kernel: [5, 2],
      stride: [2, 1],
      padding: "same",
      relu: false,
    },
    1,
  ],
  [
    "1 x 1 by 2",
    {
      input: {height: 7, width: 7, channels: 3},
      filters: 6,
      kernel: [1, 1],
      stride: [2, 2],
      padding: "valid",
      relu: false,
    },
    8,
  ],
])("a convolution %s of plain arrays and its gradients are tfjs', call after call", (_, shape, count) => {
  const {
    input: {height, width, channels},
    filters,
    kernel,
    stride,
    padding,
  } = shape;
  const f = [...kernel, channels, filters] as [number, number, number, number];
  const own = convolver(shape);
  for (const round of [1, 2]) {
    const x = drawn(`x${round}`, count * height * width * channels);
    const w = drawn(
      `w${round}`,
      f.reduce((a, b) => a * b),
    );
    const bias = drawn(`b${round}`, filters);
    const [xt, wt] = [tf.tensor4d(x, [count, height, width, channels]), tf.tensor4d(w, f)];
    const y = tf.conv2d(xt, wt, [...stride], padding);
    const dy = drawn(`dy${round}`, y.size);
    const [dx, dw] = tf.grads((a: tf.Tensor, b: tf.Tensor) =>
      tf
        .conv2d(a as tf.Tensor4D, b as tf.Tensor4D, [...stride], padding)
        .mul(tf.tensor(dy, y.shape))
        .sum(),
    )([xt, wt]);
    const [out, gotX, gotW] = [y, dx, dw].map(({size}) => new Float32Array(size));
    own.forward(x, w, bias, out);
    own.inputGradient(dy, w, gotX);
    own.filterGradient(x, dy, gotW);
    expect(worst(out, y.add(tf.tensor1d(bias)).dataSync())).toBeLessThan(5e-6);
    expect(worst(gotX, dx.dataSync())).toBeLessThan(5e-6);
    expect(worst(gotW, dw.dataSync())).toBeLessThan(5e-6);
  }
});

/**
 * Against the sum in double precision. Minimal filtering by squares of 4 at the points 0, ±1, ±2 and ∞ rounds to 3e-6 to 7e-6
 * of the greatest number; at those chosen here to 6e-7 to 1.2e-6; the direct sum in float32 to 2e-7 to 7e-7.
 */
test.each([
  [10, 7, 1.2e-6],
  [64, 32, 2.2e-6],
])("minimal filtering of %i by %i channels rounds nearly as finely as the direct sum", (inputs, outputs, least) => {
  const [size, count] = [16, 2];
  const own = convolver({
    input: {height: size + 2, width: size + 2, channels: inputs},
    filters: outputs,
    kernel: [3, 3],
    stride: [1, 1],
    padding: "valid",
    relu: false,
  });
  const x = drawn("x", count * (size + 2) ** 2 * inputs).map((v) => Math.max(0, v)); // as after a relu
  const w = drawn("w", 9 * inputs * outputs);
  const dy = drawn("dy", count * size ** 2 * outputs);
  const y = new Float64Array(dy.length);
  const [dx, dw] = [new Float64Array(x.length), new Float64Array(w.length)];
  for (let n = 0; n < count; n++) {
    for (let place = 0; place < size ** 2; place++) {
      const [row, column] = [Math.floor(place / size), place % size];
      const at = (n * size ** 2 + place) * outputs;
      for (let tap = 0; tap < 9; tap++) {
        const from = ((n * (size + 2) + row + Math.floor(tap / 3)) * (size + 2) + column + (tap % 3)) * inputs;
        for (let c = 0; c < inputs; c++) {
          for (let k = 0; k < outputs; k++) {
            const weight = (tap * inputs + c) * outputs + k;
            y[at + k] += x[from + c] * w[weight];
            dx[from + c] += w[weight] * dy[at + k];
            dw[weight] += x[from + c] * dy[at + k];
          }
        }
      }
    }
  }
  const [out, gotX, gotW] = [y, dx, dw].map(({length}) => new Float32Array(length));
  own.forward(x, w, undefined, out);
  own.inputGradient(dy, w, gotX);
  own.filterGradient(x, dy, gotW);
  expect(worst(out, y)).toBeLessThan(least);
  expect(worst(gotX, dx)).toBeLessThan(least);
  expect(worst(gotW, dw)).toBeLessThan(least);
});

test("knows what it cannot do", () => {
  const shape = {input: {height: 9, width: 8, channels: 2}, filters: 5, padding: "valid", relu: false} as const;
  expect(canConvolve({...shape, kernel: [3, 3], stride: [2, 2]})).toBe(true);
  expect(canConvolve({...shape, kernel: [9, 3], stride: [1, 1]})).toBe(false);
  expect(canConvolve({...shape, kernel: [3, 3], stride: [1, 3]})).toBe(false);
});
