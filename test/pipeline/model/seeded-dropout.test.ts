import * as tf from "@tensorflow/tfjs";
import {beforeAll, expect, test} from "vitest";

import {SeededDropout, seedDropout} from "../../../src/pipeline/model/zoo/seeded-dropout";

const x = () => tf.ones([100, 100]);
beforeAll(() => tf.setBackend("cpu"));

/** The layer's output in training at one step. */
function masked(seed: number, step: number, name = "dropout"): Float32Array {
  const layer = new SeededDropout({rate: 0.2, name});
  layer.seedStep(seed, {round: step, own: Array.from({length: 100}, (_, n) => n)});
  return tf.tidy(() => layer.call(x(), {training: true}).dataSync() as Float32Array).slice();
}

test("an image's mask hangs on its own key, not on its place in the batch or on the others", () => {
  const layer = new SeededDropout({rate: 0.5, name: "dropout"});
  layer.seedStep(1, {round: 4, own: [70, 3]});
  const two = tf.tidy(() => layer.call(tf.ones([2, 100]), {training: true}).dataSync() as Float32Array).slice();
  layer.seedStep(1, {round: 4, own: [9, 8, 3, 70]});
  const four = tf.tidy(() => layer.call(tf.ones([4, 100]), {training: true}).dataSync() as Float32Array).slice();
  expect(four.slice(300)).toEqual(two.slice(0, 100));
  expect(four.slice(200, 300)).toEqual(two.slice(100));
  expect(two.slice(0, 100)).not.toEqual(two.slice(100));
});

test("drops a fifth and keeps the mean", () => {
  const out = masked(1, 0);
  const dropped = out.filter((v) => v === 0).length;
  expect(Math.abs(dropped - 2000)).toBeLessThan(4 * Math.sqrt(10_000 * 0.2 * 0.8)); // four standard deviations
  expect(Math.max(...out)).toBeCloseTo(1 / 0.8, 6);
});

test("has another mask at another step, seed or layer, and the same at the same", () => {
  expect(masked(1, 3)).toEqual(masked(1, 3));
  for (const other of [masked(1, 4), masked(2, 3), masked(1, 3, "second")]) expect(other).not.toEqual(masked(1, 3));
});

test("does nothing where it is not trained, and says when it has no mask", () => {
  const layer = new SeededDropout({rate: 0.5, name: "d"});
  expect(Array.from(tf.tidy(() => layer.call(tf.tensor1d([1, 2]), {}).dataSync()))).toEqual([1, 2]);
  expect(() => layer.call(tf.tensor1d([1]), {training: true})).toThrow(
    "dropout layer d: expected seedStep before training, got none",
  );
});

test("tfjs' own dropout gets a seed by its place, the step and the run's seed, in models within as well", () => {
  const seedsOf = (seed: number, step: number) => {
    const own = [tf.layers.dropout({rate: 0.5}), tf.layers.dropout({rate: 0.5}), tf.layers.dropout({rate: 0.5})];
    const within = tf.sequential({layers: [tf.layers.dropout({rate: 0.5, inputShape: [2]})]});
    const flat = tf.layers.flatten();
    seedDropout({layers: [flat, own[0], own[1], within]}, seed, step, {round: 0, own: []});
    seedDropout({layers: [own[2]]}, seed + 3, step, {round: 0, own: []});
    const seeds = [...own, within.layers[0], flat].map((layer) => (layer as {seed?: number}).seed);
    expect(seeds.pop()).toBeUndefined();
    return seeds as number[];
  };
  const [first, second, alone, within] = seedsOf(5, 1);
  expect(within).toBe(alone); // by the place of the model that it lies in
  for (const seed of [first, second, alone]) {
    expect(Number.isInteger(seed)).toBe(true);
    expect(seed).toBeGreaterThanOrEqual(1);
    expect(seed).toBeLessThan(2 ** 31);
  }
  expect(new Set([first, second, alone, seedsOf(5, 2)[0], seedsOf(6, 1)[0]]).size).toBe(5);
  expect(seedsOf(5, 1)).toEqual([first, second, alone, within]);
});

test("a model's dropout is seeded with what the batch draws", () => {
  const layer = new SeededDropout({rate: 0.2, name: "dropout"});
  seedDropout({layers: [layer]}, 1, 9, {round: 3, own: Array.from({length: 100}, (_, n) => n)});
  const out = tf.tidy(() => layer.call(x(), {training: true}).dataSync() as Float32Array).slice();
  expect(out).toEqual(masked(1, 3));
});
