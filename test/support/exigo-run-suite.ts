/** @file The published network over all test images, on an engine, as PyTorch computes it. */
import {readFileSync} from "node:fs";
import {afterAll, beforeAll, expect, test} from "vitest";
import type {Network} from "../../src/nouns/network";
import type {Dataset} from "../../src/nouns/samples";
import {confusionCounts} from "../../src/numbers/confusion";
import {accuracy, argMaxRows, crossEntropy} from "../../src/numbers/scores";
import {exigoSaliencyMaps, saliencyMaps} from "../../src/pipeline/attribution/methods/saliency";
import {openData} from "../../src/pipeline/data/index";
import {logitsOf} from "../../src/pipeline/training/evaluate";

/** PyTorch in double precision on the trained network of the published pipeline exigo (fixtures/make_exigo.py). */
const reference = JSON.parse(readFileSync("test/fixtures/exigo.json", "utf8"));
function relative(actual: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((v, i) => Math.abs(v - actual[i]))) / scale;
}

/** @param open The model exigo for this data, untrained. */
export function exigoRunSuite(open: (data: Dataset) => Promise<Network>): void {
  let data: Dataset;
  let network: Network;

  beforeAll(async () => {
    const opening = openData({data: "mnist", dataUrl: "", trainLimit: 1200, testLimit: 1e9, seed: 0, cacheFolder: ""});
    data = (await opening.next()).value as Dataset;
    network = await open(data);
    const weights = await network.getWeights();
    await network.setWeights(
      weights.map((w, i) => ({...w, values: Float32Array.from(reference.weights[i].values as number[])})),
    );
  });
  afterAll(() => network.dispose());

  test("gives PyTorch's evaluation loss, accuracy and confusion counts", async () => {
    const {logits, labels} = await logitsOf(network, data.test);
    expect(Math.abs(crossEntropy(logits, labels, 10) - reference.evaluationLoss)).toBeLessThan(1e-6);
    expect(accuracy(logits, labels, 10)).toBe(reference.accuracy);
    const counts = confusionCounts(labels, argMaxRows(logits, 10), 10);
    expect(Array.from(counts)).toEqual(reference.confusionRowsTruthColumnsPrediction.flat());
    expect(logits.subarray(0, 320)).toBeAllClose(reference.logitsFirst32.flat(), {rtol: 1e-5, atol: 1e-5});
  });

  test("gives PyTorch's saliency in exigo's mode, and of one class", async () => {
    const ten = await data.test.read(Array.from({length: 10}, (_, n) => n));
    const maps = await exigoSaliencyMaps(network, ten);
    const expected = reference.gradientOfLogitSumFirst10.flat();
    expect(relative(maps.gradient, expected)).toBeLessThan(1e-5);
    expect(Array.from(maps.baseline.subarray(0, 784), Math.abs)).toEqual(reference.gradientOfLogitSumAtMinusOne);
    expect(
      relative(
        maps.overlay,
        expected.map((g: number, p: number) => Math.abs(g) * (2 * ten.pixels[p] - 1)),
      ),
    ).toBeLessThan(1e-5);
    const top = (reference.logitsFirst32 as number[][]).slice(0, 10).map((row) => row.indexOf(Math.max(...row)));
    const ofTop = await saliencyMaps(network, ten, top);
    expect(
      relative(
        ofTop.gradient.map((g) => g / 2),
        reference.gradientOfTopLogitFirst10.flat(),
      ),
    ).toBeLessThan(1e-5);
    expect(
      relative(
        ofTop.delta,
        Array.from(ofTop.gradient, (g, p) => g - ofTop.baseline[p]),
      ),
    ).toBeLessThan(1e-6);
  });
}
