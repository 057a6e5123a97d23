/** @file Every method's numbers against captum's (test/fixtures/attributions), on ONNX and on both kinds of tfjs models. */
import * as tf from "@tensorflow/tfjs";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

import type {DifferentiableClassifier} from "../../../src/nouns/network";
import {resolveOptions} from "../../../src/nouns/options";
import {normal, randomSource} from "../../../src/nouns/random";
import type {Images} from "../../../src/nouns/samples";
import {gaussLegendre} from "../../../src/numbers/gauss-legendre";
import {faithfulness, removals} from "../../../src/pipeline/attribution/measures/faithfulness";
import {methods} from "../../../src/pipeline/attribution/methods/index";
import type {GradientMethod, OutsideMethod} from "../../../src/pipeline/attribution/methods/method";
import {startBackend} from "../../../src/pipeline/backend/index";
import type {LoadedNetwork} from "../../../src/pipeline/model/load/black-box";
import {asGraph, asLayers, asOnnx, reference} from "../../support/attributed-network";

const image: Images = {count: 1, shape: reference.shape, pixels: Float32Array.from(reference.pixels)};

/** A method's maps for all three classes. */
function ask(name: string, classifier: DifferentiableClassifier, given: object = {}, seed = 0) {
  const method = methods.find((one) => one.name === name) as GradientMethod | OutsideMethod;
  const options = resolveOptions(method.options, given as {[name: string]: unknown}, "--");
  return method.run({classifier, image, targets: [0, 1, 2], random: randomSource(seed)}, options);
}

const kinds = {
  ONNX: asOnnx,
  "a LayersModel that ends in a softmax": () => asLayers("softmax"),
  "a LayersModel whose last layer has a softmax": () => asLayers("within"),
  "a LayersModel that ends in scores": () => asLayers("scores"),
  "a GraphModel": asGraph,
};

describe.each(Object.entries(kinds))("of %s", (_, open) => {
  let network: LoadedNetwork;
  let before = 0;
  beforeAll(async () => {
    await startBackend("wasm", "ask"); // as the command does
    before = tf.memory().numTensors;
    network = await open();
  });
  afterAll(async () => {
    await network.dispose();
    expect(tf.memory().numTensors).toBe(before); // what it was opened with is let go of, and nothing else is kept
  });

  test("logits are PyTorch's", async () => {
    expect(network.noGradient).toBeUndefined();
    expect(await network.logits(image)).toBeAllClose(reference.logits, {rtol: 1e-5});
  });

  test.each([
    ["saliency", {}],
    ["gradient", {}],
    ["input-x-gradient", {}],
    ["integrated-gradients", {steps: 50}],
    ["grad-cam", {}],
    ["occlusion", {window: 4, stride: 3}],
  ])("%s is captum's", async (name, given) => {
    const maps = await ask(name, network, given);
    maps.forEach(({target, values}, k) => {
      expect(target).toBe(k);
      const wanted = reference.classes[k][name];
      const most = wanted.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
      expect(values).toBeAllClose(wanted, {rtol: 1e-4, atol: 1e-5 * most});
    });
  });

  test("Grad-CAM's own map, before it is enlarged, is captum's, sign and all", async () => {
    const maps = await ask("grad-cam", network);
    maps.forEach(({layer}, k) => {
      expect([layer?.height, layer?.width]).toEqual([6, 8]);
      const wanted = reference.classes[k]["grad-cam layer"];
      expect(layer?.values).toBeAllClose(wanted, {rtol: 1e-4, atol: 1e-6});
    });
    expect(reference.classes.some((one) => one["grad-cam layer"].some((v) => v < 0))).toBe(true);
  });

  test("a named layer is looked at, and an unknown one is refused", async () => {
    const [named] = await ask("grad-cam", network, {layer: (await ask("grad-cam", network))[0].layer?.name});
    const wanted = reference.classes[0]["grad-cam"];
    expect(named.values).toBeAllClose(wanted, {rtol: 1e-4, atol: 1e-5});
    await expect(ask("grad-cam", network, {layer: "nowhere"})).rejects.toThrow(/layer: expected .* got "nowhere"/);
  });

  test("SmoothGrad is the mean gradient of the noisy copies, whatever the number at a time", async () => {
    const [noise, samples] = [0.2, 21];
    const maps = await ask("smooth-grad", network, {noise, samples}, 7);
    const random = randomSource(7);
    const range = Math.max(...reference.pixels) - Math.min(...reference.pixels);
    const sums = [0, 1, 2].map(() => new Float64Array(12 * 16));
    for (let n = 0; n < samples; n++) {
      const pixels = image.pixels.map((v) => v + noise * range * normal(random));
      for (const k of [0, 1, 2]) {
        const own = await network.inputGradient({...image, pixels}, [k]);
        own.forEach((g, i) => {
          sums[k][Math.floor(i / 3)] += g / samples;
        });
      }
    }
    maps.forEach(({values}, k) => {
      const most = sums[k].reduce((a, v) => Math.max(a, Math.abs(v)), 0);
      expect(values).toBeAllClose(sums[k], {rtol: 1e-4, atol: 1e-5 * most});
    });
  });

  test("the attributions of integrated gradients sum to the logit's difference, and say by how much they miss it", async () => {
    const many = await ask("integrated-gradients", network, {steps: 100});
    const few = await ask("integrated-gradients", network, {steps: 3});
    const empty = {...image, pixels: new Float32Array(image.pixels.length)};
    const [at, from] = [await network.logits(image), await network.logits(empty)];
    for (const k of [0, 1, 2]) {
      const gap = (values: Float32Array) =>
        (values.reduce((a, v) => a + v, 0) - (at[k] - from[k])) / Math.abs(at[k] - from[k]);
      expect(Math.abs(gap(many[k].values))).toBeLessThan(0.01);
      expect(many[k].gap).toBeCloseTo(gap(many[k].values), 4);
      expect(few[k].gap).toBeCloseTo(gap(few[k].values), 4);
    }
    expect(Math.max(...few.map(({gap = 0}) => Math.abs(gap)))).toBeGreaterThan(0.02); // and three places are too few
  });
});

test("Gauss-Legendre's places and weights are numpy's, and exact for polynomials of degree 2n - 1", () => {
  const {nodes, weights} = gaussLegendre(50);
  expect(nodes).toBeAllClose(reference.legendre.nodes, {rtol: 1e-8});
  expect(weights).toBeAllClose(reference.legendre.weights, {rtol: 1e-7});
  const own = gaussLegendre(4);
  for (let degree = 0; degree <= 8; degree++) {
    const sum = own.nodes.reduce((total, x, i) => total + own.weights[i] * x ** degree, 0);
    if (degree < 8) expect(sum).toBeCloseTo(1 / (degree + 1), 12);
    else expect(Math.abs(sum - 1 / 9)).toBeGreaterThan(1e-6);
  }
});

/** Logits are weighted sums of the pixels: what a square adds is known exactly. */
function linearClassifier(weights: readonly Float32Array[]): DifferentiableClassifier {
  const size = weights[0].length;
  const logits = async ({count, pixels}: Images) =>
    Float32Array.from({length: count * weights.length}, (_, i) => {
      const [n, k] = [Math.floor(i / weights.length), i % weights.length];
      return weights[k].reduce((sum, w, p) => sum + w * pixels[n * size + p], 0);
    });
  return {
    imageShape: [8, 8, 1],
    classNames: weights.map((_, k) => `${k}`),
    logits,
    predict: logits,
    inputGradient: async ({count}, targets) => {
      const all = new Float32Array(count * size);
      for (let n = 0; n < count; n++) all.set(weights[(targets as ArrayLike<number>)[n]], n * size);
      return all;
    },
    forward: async () => [],
  };
}

describe("faithfulness", () => {
  const random = randomSource(3);
  const weights = [0, 1].map(() => Float32Array.from({length: 64}, () => random() - 0.5));
  const linear = linearClassifier(weights);
  const picture: Images = {count: 1, shape: [8, 8, 1], pixels: Float32Array.from({length: 64}, random)};
  const black = new Float32Array(64);
  const exact = weights[1].map((w, p) => w * picture.pixels[p]);

  test("is 1 for the map that says what each pixel of a linear network adds, and -1 for its opposite", async () => {
    const removed = await removals(linear.logits, picture, black, random);
    expect(faithfulness(removed, 1, exact, true)).toBeCloseTo(1, 5);
    expect(
      faithfulness(
        removed,
        1,
        exact.map((v) => -3 * v),
        true,
      ),
    ).toBeCloseTo(-1, 5);
    expect(Math.abs(faithfulness(removed, 0, exact, true))).toBeLessThan(0.8); // another class's map
  });

  test("is 1 for every method that is exact on a linear network", async () => {
    const removed = await removals(linear.logits, picture, black, random);
    for (const name of ["gradient", "input-x-gradient", "integrated-gradients", "smooth-grad"]) {
      const method = methods.find((one) => one.name === name) as GradientMethod;
      const options = resolveOptions(method.options, {}, "--");
      const [map] = await method.run({classifier: linear, image: picture, targets: [1], random}, options);
      expect(faithfulness(removed, 1, map.foretold, method.isSigned)).toBeCloseTo(1, 4);
    }
  });

  test("is not a number where nothing changes the answer, or the map says the same of all squares", async () => {
    const still = linearClassifier([new Float32Array(64), new Float32Array(64)]);
    expect(faithfulness(await removals(still.logits, picture, black, random), 1, exact, true)).toBeNaN();
    const removed = await removals(linear.logits, picture, black, random);
    expect(faithfulness(removed, 1, new Float32Array(64), true)).toBeNaN();
  });
});
