import * as tf from "@tensorflow/tfjs";
import {afterAll, beforeAll, describe, test} from "vitest";

import {startBackend} from "../../../src/pipeline/backend/index";
import {drawn, sameOnBoth} from "../../support/both-backends";

beforeAll(async () => {
  tf.enableProdMode();
  await startBackend("wasm");
});
afterAll(() => tf.setBackend("cpu"));

// float32 sums of up to 200 terms of order 1 in another order
const ROUNDING = {rtol: 1e-5, atol: 2e-5};

describe.each(["valid", "same"] as const)("on wasm as on cpu, %s padding:", (padding) => {
  test.each<[string, number[], number[], number, number]>([
    ["3 x 3", [5, 9, 8, 2], [3, 3, 2, 5], 1, 1],
    ["3 x 3 of many channels", [6, 9, 8, 9], [3, 3, 9, 12], 1, 1],
    ["5 x 4 by 2", [3, 9, 8, 2], [5, 4, 2, 3], 2, 1],
    ["3 x 3 by 3, which stays the backend's", [3, 9, 8, 2], [3, 3, 2, 3], 3, 1],
    ["3 x 3 dilated, which stays the backend's", [3, 9, 8, 2], [3, 3, 2, 3], 1, 2],
  ])("convolution %s", async (_, x, filter, stride, dilation) => {
    const f = () =>
      tf.conv2d(drawn(x, 1) as tf.Tensor4D, drawn(filter, 2) as tf.Tensor4D, stride, padding, "NHWC", dilation);
    await sameOnBoth(f, ROUNDING);
  });

  test.each(["linear", "relu", "relu6", "elu"] as const)("convolution with bias and %s", async (activation) => {
    const f = () => {
      const [x, filter] = [drawn([5, 9, 8, 2], 1) as tf.Tensor4D, drawn([3, 3, 2, 5], 2) as tf.Tensor4D];
      return tf.fused.conv2d({x, filter, strides: 1, pad: padding, bias: drawn([5], 3), activation});
    };
    await sameOnBoth(f, ROUNDING);
  });
});

test("a network wasm trains has the cpu backend's gradients", async () => {
  const f = () => {
    const x = drawn([5, 13, 13, 1], 1);
    const [a, b] = [drawn([3, 3, 1, 8], 2), drawn([3, 3, 8, 10], 3)];
    const loss = (w: tf.Tensor, v: tf.Tensor) => {
      const first = tf.maxPool(
        tf.relu(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "valid")) as tf.Tensor4D,
        2,
        2,
        "valid",
      );
      return tf
        .conv2d(first as tf.Tensor4D, v as tf.Tensor4D, 1, "valid")
        .square()
        .mean();
    };
    return tf.concat(
      tf
        .grads(loss)([a, b])
        .map((g) => g.flatten()),
    );
  };
  await sameOnBoth(f, {rtol: 1e-4, atol: 1e-5});
});
