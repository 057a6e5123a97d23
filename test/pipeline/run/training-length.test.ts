import {expect, test} from "vitest";
import {peakRate} from "../../../src/pipeline/run/peak-rate";
import {lengthOf} from "../../../src/pipeline/training/length";

const own = (count: number) => ({folder: "photos", train: {count}}) as Parameters<typeof lengthOf>[1];
const auto = {epochs: 0, batchSize: 0};

test("MNIST and idx files are trained on for 5 epochs of batches of 64, however few images are used", () => {
  const mnist = {train: {count: 550}} as Parameters<typeof lengthOf>[1];
  expect(lengthOf(auto, mnist)).toEqual({epochs: 5, batchSize: 64});
});

test("few own pictures are trained on for more epochs and in smaller batches, and one line says so", () => {
  // 2,357 / 64: 37 steps an epoch, 18 epochs make 666
  expect(lengthOf(auto, own(2357))).toEqual({
    ...{epochs: 18, batchSize: 64},
    note: "18 epochs, because there are few pictures: 666 steps of 64; --epochs changes this",
  });
  expect(lengthOf(auto, own(500))).toMatchObject({epochs: 21, batchSize: 16}); // 500 / 30; 32 steps, 21 · 32 = 672
  expect(lengthOf(auto, own(60))).toMatchObject({epochs: 30, batchSize: 8});
  expect(lengthOf(auto, own(20_000))).toEqual({epochs: 5, batchSize: 64});
});

test("what the user asks for is never replaced", () => {
  expect(lengthOf({epochs: 2, batchSize: 0}, own(500))).toEqual({epochs: 2, batchSize: 16});
  expect(lengthOf({epochs: 2, batchSize: 64}, own(500))).toEqual({epochs: 2, batchSize: 64});
  expect(lengthOf({epochs: 0, batchSize: 64}, own(500))).toMatchObject({epochs: 30, batchSize: 64}); // 8 steps an epoch
});

test("plain gradients take smaller steps with smaller batches, Adam does not", () => {
  expect(peakRate("sgd", "cnn", 64)).toBe(0.1);
  expect(peakRate("sgd", "cnn", 16)).toBeCloseTo(0.025, 12);
  expect(peakRate("sgd", "cnn", 128)).toBe(0.1);
  expect([16, 64].map((batch) => peakRate("adam", "cnn", batch))).toEqual([0.004, 0.004]);
  expect(peakRate("adam", "deep", 64)).toBe(0.01);
});
