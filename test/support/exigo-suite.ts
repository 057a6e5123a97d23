/** @file The published network, on a backend, as PyTorch computes it. */
import {beforeAll, describe, expect, test} from "vitest";
import {type DifferentiableClassifier, EMBEDDING} from "../../src/nouns/network";
import type {Dataset, LabelledImages} from "../../src/nouns/samples";
import {type BackendName, startBackend} from "../../src/pipeline/backend/index";
import {openData} from "../../src/pipeline/data/index";
import {models} from "../../src/pipeline/model/index";
import {classifierOf} from "../../src/pipeline/model/tf/classifier";
import {tfNetwork} from "../../src/pipeline/model/tf/tf-network";
import reference from "../fixtures/exigo.json";

/** Largest difference over the largest magnitude: what is small beside a map's strongest pixel is not seen in it. */
function relative(actual: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((v, i) => Math.abs(v - actual[i]))) / scale;
}

/** PyTorch in double precision on the trained network of the published pipeline (fixtures/make_exigo.py). */
export function exigoSuite(backend: BackendName): void {
  let data: Dataset;
  let first: LabelledImages;
  let classifier: DifferentiableClassifier;

  beforeAll(async () => {
    await startBackend(backend);
    const opening = openData({
      data: "mnist",
      dataUrl: "",
      trainLimit: 1200,
      testLimit: 10000,
      seed: 0,
      cacheFolder: "",
    });
    data = (await opening.next()).value as Dataset;
    first = await data.test.read(Array.from({length: 32}, (_, n) => n));
    const model = models.exigo(data.imageShape, 10, 0);
    const network = tfNetwork(model, data.imageShape, data.classNames, {optimizer: "adam", seed: 0});
    await network.setWeights(
      reference.weights.map(({name, shape, values}) => ({name, shape, values: Float32Array.from(values)})),
    );
    classifier = classifierOf(model, data.imageShape, data.classNames);
  });

  describe("with the published network's weights", () => {
    test("the logits are PyTorch's", async () => {
      const expected = reference.logitsFirst32.flat();
      expect(await classifier.logits(first)).toBeAllClose(expected, {rtol: 1e-5, atol: 1e-5});
    });

    test("the features are PyTorch's", async () => {
      const [
        {
          values,
          shape: [width],
        },
      ] = await classifier.forward(first, [EMBEDDING]);
      expect(width).toBe(400);
      expect(values.subarray(0, 1600)).toBeAllClose(reference.embeddingFirst4.flat(), {rtol: 1e-5, atol: 1e-5});
    });

    test("the gradients of the sum of logits are PyTorch's, halved by chain rule to pixels in [-1, 1]", async () => {
      const ten = await data.test.read(Array.from({length: 10}, (_, n) => n));
      const gradient = (await classifier.inputGradient(ten, "all")).map((g) => g / 2);
      expect(relative(gradient, reference.gradientOfLogitSumFirst10.flat())).toBeLessThan(1e-5);
      const black = {...ten, count: 1, pixels: new Float32Array(784)};
      // On a black image the last relu is dead: PyTorch's gradient is 0 everywhere, and so must ours be.
      expect(Array.from(await classifier.inputGradient(black, "all"), Math.abs)).toEqual(
        reference.gradientOfLogitSumAtMinusOne,
      );
    });

    test("the gradients of the top logit are PyTorch's", async () => {
      const ten = await data.test.read(Array.from({length: 10}, (_, n) => n));
      const top = reference.logitsFirst32.slice(0, 10).map((row) => row.indexOf(Math.max(...row)));
      const gradient = (await classifier.inputGradient(ten, top)).map((g) => g / 2);
      expect(relative(gradient, reference.gradientOfTopLogitFirst10.flat())).toBeLessThan(1e-5);
    });
  });
}
