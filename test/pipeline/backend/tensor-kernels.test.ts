import {readFileSync} from "node:fs";
import * as tf from "@tensorflow/tfjs";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

import {tensorKernels} from "../../../src/engine/tfjs/tensor-kernels";
import {startBackend} from "../../../src/pipeline/backend/index";
import {drawn, sameOnBoth} from "../../support/both-backends";

beforeAll(async () => {
  tf.enableProdMode();
  await startBackend("wasm");
});
afterAll(() => tf.setBackend("cpu"));

// float32 sums of up to 200 terms of order 1 in another order
const ROUNDING = {rtol: 1e-5, atol: 2e-5};

test.each<[number[], number[], boolean]>([
  [[3, 4, 5, 6], [0, 1, 2], false],
  [[3, 4, 6], [-2, 0], false],
  [[3, 4, 5, 6], [0, 1, 2], true],
  [[3, 4, 5, 6], [0, 2], false],
  [[3, 4, 5, 6], [0, 1, 2, 3], false],
  [[3, 4, 5, 6], [1, 2, 3], false],
  [[7, 13], [0], false], // eight columns at once, and five more
  [[2, 5, 24], [0, 1], false],
  [[6, 1], [0], false],
  [[6, 4], [0], false],
  [[6, 7], [0], false],
  [[6, 3], [1], false],
])("sums of %j over axes %j, kept %s, are the cpu backend's", async (shape, axes, keepDims) => {
  await sameOnBoth(() => tf.sum(drawn(shape, 1), axes, keepDims), {rtol: 1e-5, atol: 1e-5});
});

test("the sum of a million numbers is exact to one rounding", async () => {
  await tf.setBackend("wasm");
  const x = tf.tidy(() => tf.fill([1 << 20, 9], 1.1));
  const sums = x.sum(0);
  expect([...sums.dataSync()]).toEqual(Array(9).fill(Math.fround(Math.fround(1.1) * 2 ** 20)));
  tf.dispose([x, sums]);
});

test("a copy outlives what it was copied from, and the memory of both goes with the last", async () => {
  await tf.setBackend("wasm");
  const before = tf.memory();
  const x = tf.tensor1d([1, 2, 3]);
  const copy = x.clone();
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers + 1);
  x.dispose();
  expect([...copy.dataSync()]).toEqual([1, 2, 3]);
  const variable = tf.variable(copy);
  copy.dispose();
  const doubled = tf.mul<tf.Tensor1D>(variable, 2);
  variable.assign(doubled);
  doubled.dispose();
  expect([...variable.dataSync()]).toEqual([2, 4, 6]);
  variable.dispose();
  expect(tf.memory()).toMatchObject({numDataBuffers: before.numDataBuffers, numTensors: before.numTensors});
});

test.each<[number[], number[]]>([
  [[2, 3, 4, 5], [5]],
  [[4, 16], [16]],
  [[3, 1], [1]],
  [
    [2, 3, 4, 6],
    [1, 1, 1, 6],
  ],
  [
    [2, 6],
    [1, 1, 6],
  ],
  [[5], [2, 5]], // the backend's own from here on
  [
    [2, 3, 5],
    [3, 5],
  ],
  [
    [2, 3, 5],
    [2, 3, 5],
  ],
  [[2, 3], []],
])("%j plus %j is the cpu backend's", async (a, b) => {
  await sameOnBoth(() => tf.add(drawn(a, 1), drawn(b, 2)), {rtol: 0, atol: 0});
});

test("whole numbers are added as such", async () => {
  const whole = (shape: number[]) => tf.cast(tf.mul(drawn(shape, 1), 100), "int32");
  await sameOnBoth(() => tf.add(whole([4, 3]), whole([3])), {rtol: 0, atol: 0});
});

describe.each([
  [true, false],
  [false, true],
  [true, true],
  [false, false],
])("a matrix product, left side transposed %s, right side %s,", (transposeA, transposeB) => {
  // Rows by fours and what is left over, columns by eights, by fours and what is left over.
  test.each([
    [8, 16, 5],
    [7, 13, 9],
    [1, 10, 33],
    [3, 1, 1],
    [66, 10, 128],
  ])("of %i x %i over %i is the cpu backend's", async (m, n, depth) => {
    const a = transposeA ? [depth, m] : [m, depth];
    const b = transposeB ? [n, depth] : [depth, n];
    await sameOnBoth(() => tf.matMul(drawn(a, 1), drawn(b, 2), transposeA, transposeB), ROUNDING);
    const batch = () => tf.matMul(drawn([1, ...a], 1), drawn([1, ...b], 2), transposeA, transposeB);
    await sameOnBoth(batch, ROUNDING);
    const many = () => tf.matMul(drawn([3, ...a], 1), drawn([3, ...b], 2), transposeA, transposeB);
    await sameOnBoth(many, ROUNDING);
  });
});

test.each([
  [4, 6, 8],
  [5, 7, 5],
  [3, 2, 1],
  [6, 9, 11],
])("the gradient of a max pool of %i x %i x %i by 2 is the cpu backend's, ties included", async (...shape) => {
  const f = () => {
    const x = tf.round(tf.mul(drawn([3, ...shape], 5), 2)) as tf.Tensor4D; // few greys: most squares tie
    const pooled = (a: tf.Tensor) => tf.maxPool(a as tf.Tensor4D, 2, 2, "valid");
    return tf.grad((a: tf.Tensor) => tf.mul(pooled(a), drawn(pooled(x).shape, 6)).sum())(x);
  };
  await sameOnBoth(f, {rtol: 0, atol: 0});
});

describe.each(["valid", "same"] as const)("depthwise convolution, %s padding,", (padding) => {
  test.each<[number, number, number, number, number, number | [number, number]]>([
    [3, 3, 8, 1, 9, 1],
    [3, 3, 5, 1, 9, 1],
    [2, 5, 3, 2, 8, 1],
    [3, 3, 4, 3, 10, 2],
    [3, 2, 6, 1, 7, 2],
    [1, 1, 4, 1, 5, 3],
    [7, 7, 4, 1, 8, 1],
  ])("%i x %i of %i channels by %i on %i by %j has the cpu backend's gradients", async (kh, kw, c, q, size, stride) => {
    const f = () => {
      const [x, w] = [drawn([3, size, size + 1, c], 1) as tf.Tensor4D, drawn([kh, kw, c, q], 2) as tf.Tensor4D];
      const y = (a: tf.Tensor, b: tf.Tensor) =>
        tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride as number, padding);
      const dy = drawn(y(x, w).shape, 3);
      const gradients = tf.grads((a: tf.Tensor, b: tf.Tensor) => tf.mul(y(a, b), dy).sum())([x, w]);
      return tf.concat(gradients.map((g) => g.flatten()));
    };
    await sameOnBoth(f, ROUNDING);
  });
});

test("a depthwise convolution's gradients are its own differences", async () => {
  await tf.setBackend("wasm");
  tf.tidy(() => {
    const [x, w] = [drawn([2, 6, 5, 4], 1), drawn([3, 3, 4, 1], 2)];
    const f = (a: tf.Tensor, b: tf.Tensor) =>
      tf
        .depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, "same")
        .square()
        .sum();
    const [dx, dw] = tf.grads(f)([x, w]);
    // A quadratic function of each: central differences are exact but for rounding, whatever the step.
    for (const [at, gradient, along] of [
      [0, dx, drawn(x.shape, 3)],
      [1, dw, drawn(w.shape, 4)],
    ] as const) {
      const moved = (h: number) =>
        f(at === 0 ? x.add(along.mul(h)) : x, at === 1 ? w.add(along.mul(h)) : w).dataSync()[0];
      expect((moved(0.5) - moved(-0.5)) / gradient.mul(along).sum().dataSync()[0]).toBeCloseTo(1, 4);
    }
  });
});

test("the kernels write nothing into the memory they are given but their results", () => {
  const memory = new WebAssembly.Memory({initial: 2});
  const bytes = Buffer.from(memory.buffer);
  for (let i = 0; i < bytes.length; i++) bytes[i] = i * 7;
  const before = Buffer.from(bytes);
  const kernels = tensorKernels(memory);
  const [x, out] = [4096, 40_960];
  kernels.columnSums(x, 3, 5, out);
  kernels.transpose(x, 3, 5, out + 20);
  before.set(bytes.subarray(out, out + 80), out); // 5 sums, 15 numbers turned
  expect(bytes.equals(before)).toBe(true);
  const module = new WebAssembly.Module(readFileSync("src/engine/kernels/tensors.wasm"));
  expect(WebAssembly.Module.imports(module).map(({kind}) => kind)).toEqual(["memory"]);
});
