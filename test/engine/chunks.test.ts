import {expect, test} from "vitest";

import type {Plan} from "../../src/engine/compiler/plan";
import {checkImages, checkTargets} from "../../src/engine/runtime/chunks";

const plan = {imageShape: [2, 3, 2]} as unknown as Plan;

test("images have the model's shape, and as many numbers as it takes", () => {
  const images = (count: number, shape: readonly [number, number, number], length: number) =>
    checkImages(plan, {count, shape, pixels: new Float32Array(length)});
  expect(images(2, [2, 3, 2], 24)).toBeUndefined();
  expect(images(0, [2, 3, 2], 0)).toBeUndefined();
  expect(() => images(2, [3, 2, 2], 24)).toThrow("images: expected 2 x 3 x 2, the model's input, got 3 x 2 x 2");
  expect(() => images(2, [2, 3, 2], 23)).toThrow("pixels: expected 24, got 23");
});

test("there is a class for each image, each one that there is; or all are asked for", () => {
  expect(checkTargets("all", 2, 3)).toBeUndefined();
  expect(checkTargets([0, 2], 2, 3)).toBeUndefined();
  expect(() => checkTargets([0], 2, 3)).toThrow("targets: expected one for each of 2 images, got 1");
  expect(() => checkTargets([0, 3], 2, 3)).toThrow("target class: expected a number below 3, got 3");
  expect(() => checkTargets([-1, 0], 2, 3)).toThrow("target class: expected a number below 3, got -1");
  expect(() => checkTargets([0, Number.NaN], 2, 3)).toThrow("target class: expected a number below 3, got NaN");
});
