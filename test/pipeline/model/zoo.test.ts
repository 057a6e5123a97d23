import * as tf from "@tensorflow/tfjs";
import {beforeAll, describe, expect, test} from "vitest";

import {models} from "../../../src/pipeline/model/index";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

describe.each([
  ["cnn", 10],
  ["exigo", 9],
] as const)("the network %s", (name, least) => {
  test.each([
    [least - 1, 28],
    [28, least - 1],
  ])("refuses images of %i x %i pixels in words", (height, width) => {
    expect(() => models[name]([height, width, 1], 3, 0)).toThrow(
      `--model ${name}: expected images of ${least} x ${least} pixels or more, got ${height} x ${width}`,
    );
  });

  test("takes the smallest that it allows", () => {
    const model = models[name]([least, least, 1], 3, 0);
    expect(model.outputs[0].shape).toEqual([null, 3]);
    model.dispose();
  });
});

test.each([
  [3, 28],
  [28, 3],
])(
  "the network vit refuses a patch that does not fit into %i x %i pixels, and takes one that just does",
  (height, width) => {
    const options = (side: number) => ({"vit.patch": side, "vit.width": 8, "vit.heads": 2, "vit.depth": 1});
    expect(() => models.vit([height, width, 1], 3, 0, options(4))).toThrow(
      "--vit.patch: expected at most 3, the image's side, got 4",
    );
    const model = models.vit([height, width, 1], 3, 0, options(3));
    expect(model.outputs[0].shape).toEqual([null, 3]);
    model.dispose();
  },
);

test("the network vit refuses a width that its heads cannot share", () => {
  const options = {"vit.patch": 7, "vit.width": 10, "vit.heads": 4, "vit.depth": 1};
  expect(() => models.vit([28, 28, 1], 3, 0, options)).toThrow("--vit.width: expected a multiple of 4 heads, got 10");
});
