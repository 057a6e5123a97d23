import * as tf from "@tensorflow/tfjs";
import {beforeAll, expect, test} from "vitest";

import {plan} from "../../src/engine/index";
import {graphOf} from "../../src/graph/index";
import type {ImageShape} from "../../src/nouns/samples";
import {cnn} from "../../src/pipeline/model/zoo/cnn";
import {plainCnn} from "../../src/pipeline/model/zoo/plain-cnn";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

test.each<[ImageShape, number, number, number]>([
  [[28, 28, 1], 10, 0, 16],
  [[28, 28, 1], 10, 7, 4],
  [[28, 28, 1], 10, 2 ** 40 + 3, 32],
  [[64, 48, 3], 4, 1, 8],
  [[11, 10, 1], 2, 5, 5],
])(
  "the plain network of %j, %i classes, seed %i, width %i is planned as tfjs' own, weights and all",
  (shape, classes, seed, width) => {
    const model = cnn(shape, classes, seed, width);
    const expected = plan(graphOf(model), "adam");
    model.dispose();
    expect(expected).not.toHaveProperty("reason");
    expect(plan(plainCnn(shape, classes, seed, width), "adam")).toEqual(expected);
  },
);
