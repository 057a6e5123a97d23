import {readFileSync} from "node:fs";
import {gunzipSync} from "node:zlib";
import {describe, expect, test} from "vitest";
import {explainStudy, type LimeExplanation, weighed} from "../../src/lime/explanation";
import {hiddenLook} from "../../src/lime/hiding";
import {explainWithLime} from "../../src/lime/lime";
import {drawMasks, keptCounts} from "../../src/lime/masks";
import {hidingEnergies, maskWeights} from "../../src/lime/proximity";
import {type LimeSettings, parseHiding, type RecipeName, recipes} from "../../src/lime/settings";
import {fork, randomSource} from "../../src/nouns/random";
import {testDigits} from "../support/digits";
import {exigoClassifier} from "../support/exigo-classifier";
import {type LimeCase, limeCases} from "../support/lime-reference";

/** The explanation that a recipe makes from the reference's segments, masks and probabilities. */
function explained(one: LimeCase, recipe: RecipeName, changes: Partial<LimeSettings> = {}): LimeExplanation {
  const image = testDigits([Number(one.image.split(" ").pop())]);
  const settings = {...recipes[recipe](image.shape), ...changes};
  const raw = gunzipSync(readFileSync(`test/fixtures/segmentation/${one.segmentation}.u16.gz`));
  const labels = new Uint16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));
  const segmentation = {labels, count: one.segments};
  const hidden = hiddenLook(image, segmentation, settings.hiding, fork(0));
  const probabilities = Float32Array.from(one.probabilityOfLabel.flatMap((p) => [p, 1 - p]));
  const masks = Uint8Array.from(one.masks.join(""), Number);
  const of = probabilities.slice(0, 2);
  return explainStudy(weighed({image, settings, segmentation, hidden, probabilities: of}, {masks, probabilities}), 0);
}

/** Probabilities come as float32, which carries 6e-8 of them into the weights. */
const FLOAT32 = {rtol: 1e-6, atol: 2e-7};

describe.each(limeCases.map((one) => [one.segmentation, one] as const))("on %s", (_, one) => {
  test("lime: its weights, intercept, score and local prediction", () => {
    const {weights, intercept, r2, localPrediction} = explained(one, "lime");
    const expected = new Float64Array(one.segments);
    for (const [j, weight] of one.expected.lime.coefficients) expected[j] = weight;
    expect(weights).toBeAllClose(expected, FLOAT32);
    const {intercept: b, score, localPrediction: local} = one.expected.lime;
    expect([intercept, r2, localPrediction]).toBeAllClose([b, score, local], FLOAT32);
  });

  test("lime with five features: its five segments, all others 0", () => {
    const {weights} = explained(one, "lime", {features: 5});
    const expected = new Float64Array(one.segments);
    for (const [j, weight] of one.expected.limeTop5.coefficients) expected[j] = weight;
    expect(weights).toBeAllClose(expected, FLOAT32);
  });

  test("four-step: scikit-learn's least squares under lime's weights", () => {
    expect(explained(one, "four-step").weights).toBeAllClose(one.expected.leastSquares.coefficients, {
      rtol: 1e-5,
      atol: 1e-6,
    });
  });

  test("grokking: scikit-learn's Bayesian ridge weighted by √kept", () => {
    expect(explained(one, "grokking").weights).toBeAllClose(one.expected.bayesian.coefficients, {
      rtol: 1e-5,
      atol: 1e-6,
    });
  });
});

interface VisualimeCase {
  readonly reference: number;
  readonly distances: readonly number[];
  readonly selected: readonly number[];
  readonly weights: readonly number[];
}
const visualime: {readonly cases: readonly VisualimeCase[]} = JSON.parse(
  readFileSync("test/fixtures/lime/visualime.json", "utf8"),
);

test.each(visualime.cases)(
  "visualime: its selection and weights, case $reference",
  ({reference, selected, weights}) => {
    const found = explained(limeCases[reference], "visualime").weights;
    expect(Array.from(found.keys()).filter((j) => found[j] !== 0)).toEqual(selected);
    expect(found).toBeAllClose(weights, {rtol: 1e-5, atol: 1e-6});
  },
);

test.each(visualime.cases)("visualime: its pixel distances, without an image being made, case $reference", (one) => {
  const {masks, segmentation, image, segments} = limeCases[one.reference];
  const {pixels} = testDigits([Number(image.split(" ").pop())]);
  const raw = gunzipSync(readFileSync(`test/fixtures/segmentation/${segmentation}.u16.gz`));
  const labels = new Uint16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));
  const energies = hidingEnergies(pixels, new Float32Array(784), {labels, count: segments});
  const found = maskWeights(Uint8Array.from(masks.join(""), Number), segments, "pixels", 0.25, energies);
  expect(found).toBeAllClose(
    one.distances.map((d) => Math.exp((-d * d) / (2 * 0.25 ** 2))),
    {rtol: 1e-6},
  );
});

test.each(Object.keys(recipes) as RecipeName[])("%s runs from image to weights", async (recipe) => {
  const {weights, segmentation} = await explainWithLime(exigoClassifier(), testDigits([8]), {recipe, samples: 40});
  expect(weights.length).toBe(segmentation.count);
  expect(weights.every(Number.isFinite)).toBe(true);
});

describe("masks", () => {
  const settings = {keep: 0.33, sampling: "bernoulli", wholeFirst: true} as const;

  test("keep as often as asked, and everything first", () => {
    const masks = drawMasks(randomSource(1), 4000, 30, settings);
    expect(masks.subarray(0, 30).every((kept) => kept === 1)).toBe(true);
    const kept = keptCounts(masks.subarray(30), 30).reduce((a, b) => a + b, 0) / (3999 * 30);
    expect(kept).toBeCloseTo(0.33, 2); // three standard deviations: 0.004
  });

  test("antithetic partners hide what the other keeps", () => {
    const masks = drawMasks(randomSource(1), 21, 30, {keep: 0.5, sampling: "antithetic", wholeFirst: true});
    for (let pair = 0; pair < 10; pair++) {
      const [a, b] = [1 + 2 * pair, 2 + 2 * pair].map((n) => masks.subarray(30 * n, 30 * (n + 1)));
      expect(a.every((kept, j) => kept + b[j] === 1)).toBe(true);
    }
  });

  test("continue where they stopped", () => {
    const random = randomSource(4);
    const parts = [...drawMasks(random, 7, 9, settings), ...drawMasks(random, 5, 9, settings, 7)];
    expect(parts).toEqual([...drawMasks(randomSource(4), 12, 9, settings)]);
  });
});

test("hiding is read as the user writes it", () => {
  expect(parseHiding("zero")).toEqual([0]);
  expect(parseHiding("#ff0033")).toEqual([1, 0, 0.2]);
  expect(parseHiding("blur")).toBe("blur");
  expect(parseHiding("#ff00")).toBeUndefined();
});
