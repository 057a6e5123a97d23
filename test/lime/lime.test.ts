import {readFileSync} from "node:fs";
import {gunzipSync} from "node:zlib";
import {describe, expect, test} from "vitest";
import {explainStudy} from "../../src/lime/explanation";
import {hiddenLook} from "../../src/lime/hiding";
import {explainWithLime, type LimeOptions, studyWithLime} from "../../src/lime/lime";
import {distinctMasks} from "../../src/lime/masks";
import {askAboutMasks} from "../../src/lime/neighbourhood";
import {maskWeights} from "../../src/lime/proximity";
import {grid} from "../../src/lime/segmentation/grid";
import {strongest} from "../../src/lime/trust";
import type {Classifier} from "../../src/nouns/network";
import {fork, randomSource} from "../../src/nouns/random";
import type {Images} from "../../src/nouns/samples";
import {rankCorrelation} from "../../src/numbers/rank-correlation";
import {testDigits} from "../support/digits";
import {exigoClassifier} from "../support/exigo-classifier";
import {lime, limeCases} from "../support/lime-reference";

/** Two classes; the second's probability is `score` of an image's pixels. */
function classifierOf(score: (pixels: Float32Array) => number, shape: Images["shape"] = [28, 28, 1]): Classifier {
  const size = shape[0] * shape[1] * shape[2];
  return {
    imageShape: shape,
    classNames: ["no", "yes"],
    async predict({count, pixels}) {
      const scores = Array.from({length: count}, (_, n) => score(pixels.subarray(n * size, (n + 1) * size)));
      return Float32Array.from(scores.flatMap((p) => [1 - p, p]));
    },
  };
}

const squares = grid([28, 28, 1], 16);
const meanOf = (pixels: Float32Array, j: number) => {
  const own = pixels.filter((_, p) => squares.labels[p] === j);
  return own.reduce((sum, v) => sum + v, 0) / own.length;
};
/** The weight of each square in a planted linear model. */
const planted = Float64Array.from({length: 16}, (_, j) => Math.sin(7 * j) / 8);
const linear = classifierOf((pixels) => 0.5 + planted.reduce((sum, c, j) => sum + c * meanOf(pixels, j), 0));
const onSquares: LimeOptions = {segmentation: squares, hiding: [0], explained: 1};

describe.each(limeCases.slice(0, 4).map((one) => [one.segmentation, one] as const))("%s", (_, one) => {
  test("masked images, as they are made here, get the reference's probabilities", async () => {
    const image = testDigits([Number(one.image.split(" ").pop())]);
    const labels = labelsOf(one.segmentation);
    const segmentation = {labels, count: one.segments};
    const hidden = hiddenLook(image, segmentation, "mean", fork(0));
    const masks = Uint8Array.from(one.masks.slice(0, 40).join(""), Number);
    const found = await askAboutMasks(exigoClassifier(), image, hidden, segmentation, masks, 16);
    const ofLabel = found.filter((_v, i) => i % 10 === one.label);
    expect(ofLabel).toBeAllClose(one.probabilityOfLabel.slice(0, 40), {rtol: 0, atol: 2e-6}); // float32 pixels
  });

  test("masks weigh as lime weighs them", () => {
    const masks = Uint8Array.from(one.masks.join(""), Number);
    expect(maskWeights(masks, one.segments, "cosine", 0.25)).toBeAllClose(lime(one).weights, {rtol: 1e-12, atol: 0});
  });
});

describe("of a model that is linear in the segments' means", () => {
  const image = testDigits([2]);
  const truth = planted.map((c, j) => c * meanOf(image.pixels, j));

  test("least squares finds each segment's contribution", async () => {
    const {weights, r2, intercept} = await explainWithLime(linear, image, {...onSquares, model: "least-squares"});
    expect(weights).toBeAllClose(truth, {rtol: 0, atol: 1e-6}); // probabilities come as float32
    expect(intercept).toBeCloseTo(0.5, 6);
    expect(r2).toBeCloseTo(1, 9);
  });

  test("ridge finds the ranking, and the contributions as far as its penalty lets it", async () => {
    const {weights, r2} = await explainWithLime(linear, image, {...onSquares, samples: 1000});
    expect(strongest(weights, 5)).toEqual(strongest(truth, 5));
    // a weight of mean kernel 0.5 over 1000 masks of variance 1/4 stands against a penalty of 1: a shrinkage under 1 %
    expect(weights).toBeAllClose(truth, {rtol: 0.015, atol: 5e-4});
    expect(r2).toBeGreaterThan(0.999);
  });

  test("every hiding mode's contribution is what hiding takes away", async () => {
    for (const hiding of ["mean", "blur", "noise", "fill", [0.5]] as const) {
      const study = await studyWithLime(linear, image, {...onSquares, hiding, model: "least-squares"});
      const gone = planted.map((c, j) => c * (meanOf(image.pixels, j) - meanOf(study.hidden, j)));
      expect(explainStudy(study, 1).weights).toBeAllClose(gone, {rtol: 0, atol: 1e-6});
    }
  });

  test("the classes of one study mirror each other", async () => {
    const study = await studyWithLime(linear, image, onSquares);
    const [no, yes] = [explainStudy(study, 0), explainStudy(study, 1)];
    expect(no.weights).toBeAllClose(
      yes.weights.map((w) => -w),
      {rtol: 0, atol: 1e-6},
    );
    expect(no.probability + yes.probability).toBeCloseTo(1, 6);
  });
});

test("a stamped glyph that alone decides the class has the strongest segment", async () => {
  for (const n of [0, 1, 2, 3, 4]) {
    const image = testDigits([n]);
    const glyph = [...Array(6).keys()].flatMap((y) => [...Array(5).keys()].map((x) => (21 + y) * 28 + 22 + x));
    for (const p of glyph) image.pixels[p] = 1;
    const stamped = classifierOf((pixels) => {
      const ink = glyph.reduce((sum, p) => sum + pixels[p], 0) / glyph.length;
      return 1 / (1 + Math.exp(-12 * (ink - 0.5)));
    });
    for (const hiding of ["fill", [0]] as const) {
      const {weights, segmentation, explained} = await explainWithLime(stamped, image, {hiding});
      expect(explained).toBe(1);
      const [first] = strongest(weights, 1);
      const inGlyph = glyph.filter((p) => segmentation.labels[p] === first).length;
      expect(inGlyph / segmentation.labels.filter((label) => label === first).length).toBeGreaterThan(0.5);
      expect(weights[first]).toBeGreaterThan(0);
    }
  }
});

test("filling finds a gap that speaks for the class, which erasing cannot", async () => {
  const image = testDigits([4]); // a 4, open at the top
  const gap = squares.labels.map((label) => (label === 5 ? 1 : 0));
  const open = classifierOf((pixels) => (pixels.some((v, p) => gap[p] && v > 0.3) ? 0.1 : 0.9));
  image.pixels.forEach((_, p) => {
    if (gap[p]) image.pixels[p] = 0;
  });
  const [filled, erased] = await Promise.all([
    explainWithLime(open, image, {...onSquares, hiding: "fill"}),
    explainWithLime(open, image, onSquares),
  ]);
  expect(strongest(filled.weights, 1)).toEqual([5]);
  expect(filled.weights[5]).toBeGreaterThan(0.7);
  expect(erased.weights.every((w) => Math.abs(w) < 1e-6)).toBe(true);
});

describe("explaining", () => {
  const image = testDigits([8]);

  test("asks for no more than a batch at a time, and the batch size changes nothing", async () => {
    const asked: number[] = [];
    const counting: Classifier = {
      ...linear,
      predict(images) {
        asked.push(images.count);
        return linear.predict(images);
      },
    };
    const results = [];
    for (const batchSize of [7, 64, 1000])
      results.push(await explainWithLime(counting, image, {batchSize, samples: 150}));
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    const masks = asked[asked.length - 1]; // in one batch: those that make different images, the whole one among them
    expect(masks).toBeLessThanOrEqual(150);
    const whole = (size: number) => [...Array(Math.floor(masks / size)).fill(size), masks % size].filter(Boolean);
    expect(asked).toEqual([...whole(7), ...whole(64), masks]);
  });

  test("asks once about masks that make the same image, and answers as if it had asked about each", async () => {
    let images = 0;
    const counting: Classifier = {
      ...linear,
      predict(batch) {
        images += batch.count;
        return linear.predict(batch);
      },
    };
    // of 16 squares under black, those where a 1 has no ink look the same hidden
    const one = testDigits([2]);
    const study = await studyWithLime(counting, one, {...onSquares, samples: 600});
    const live = study.live.reduce((a, b) => a + b);
    expect(live).toBeLessThan(9);
    expect(images).toBeLessThanOrEqual(1 + 2 ** live);
    const {masks, probabilities} = study.neighbourhood;
    const each = await askAboutMasks(linear, one, study.hidden, squares, masks);
    expect(probabilities).toEqual(each);
  });

  test("masks are told apart by their live segments alone, however many there are", () => {
    for (const segments of [1, 31, 33, 54, 130]) {
      const live = Uint8Array.from({length: segments}, (_, j) => (j % 3 === 1 ? 0 : 1));
      const chance = randomSource(segments);
      // some differ in their last segment alone, which a number of 53 bits would lose
      const rows = Array.from({length: 60}, (_, n) =>
        Array.from({length: segments}, (_, j) =>
          j === segments - 1 ? n & 1 : (n >> 2) % 7 ? Number(chance() < 0.5) : 1,
        ),
      );
      const {distinct, likes} = distinctMasks(Uint8Array.from(rows.flat()), segments, live);
      // brute force: what is live of each as text
      const words = rows.map((row) => row.filter((_, j) => live[j]).join(""));
      const kinds = [...new Set(words)];
      expect(Array.from(likes)).toEqual(words.map((word) => kinds.indexOf(word)));
      expect(Array.from(distinct)).toEqual(kinds.flatMap((word) => rows[words.indexOf(word)]));
    }
  });

  test("one seed gives one answer, another seed another", async () => {
    const explain = (seed: number) => explainWithLime(linear, image, {random: randomSource(seed)});
    expect(await explain(1)).toEqual(await explain(1));
    expect((await explain(1)).weights).not.toEqual((await explain(2)).weights);
  });

  test("leaves the image as it was", async () => {
    const before = image.pixels.slice();
    await explainWithLime(linear, image, {hiding: "fill"});
    expect(image.pixels).toEqual(before);
  });

  test("by default explains the most probable class", async () => {
    const {explained, probability} = await explainWithLime(linear, image, {segmentation: squares});
    const [no, yes] = await linear.predict(image);
    expect(explained).toBe(yes > no ? 1 : 0);
    expect(probability).toBe(Math.max(no, yes));
  });

  test("auto stops early where the top five are stable, and says that they are not where they never are", async () => {
    const sure = await explainWithLime(linear, image, {...onSquares, samples: "auto"});
    expect(sure).toMatchObject({halvesTop5: 1});
    expect(sure.samples).toBeLessThanOrEqual(1000);
    const noise = classifierOf((pixels) =>
      Math.abs(Math.sin(1e6 * pixels.reduce((sum, v, p) => sum + v * (p % 17), 0))),
    );
    const lost = await explainWithLime(noise, image, {...onSquares, samples: "auto"});
    expect(lost.samples).toBe(8000);
    expect(lost.halvesTop5).toBeLessThan(1);
    expect(lost.r2).toBeLessThan(0.1);
    expect(Math.abs(lost.halvesCorrelation ?? 1)).toBeLessThan(0.9);
  });

  test("finds nothing in a blank image, and nothing that is no number", async () => {
    const blank: Images = {count: 1, shape: [28, 28, 1], pixels: new Float32Array(784).fill(0.3)};
    for (const model of ["ridge", "least-squares", "bayesian-ridge", "lasso"] as const) {
      const {weights, r2, localPrediction, probability} = await explainWithLime(linear, blank, {model});
      expect(weights.every((w) => Math.abs(w) < 1e-9)).toBe(true);
      expect(r2).toBeNull();
      expect(localPrediction).toBeCloseTo(probability, 6);
    }
  });

  test("refuses an image of another shape and a class that is not there", async () => {
    const wide: Images = {count: 1, shape: [28, 29, 1], pixels: new Float32Array(28 * 29)};
    await expect(explainWithLime(linear, wide)).rejects.toThrow(
      "expected 1 image of shape [28,28,1], got 1 of [28,29,1]",
    );
    await expect(explainWithLime(linear, image, {explained: 2})).rejects.toThrow("expected a class from 0 to 1, got 2");
  });
});

describe("the errors of the weights", () => {
  /** Not linear, so that masks disagree: a soft and of two squares, and some of the others. */
  const bent = classifierOf((pixels) => {
    const z = 9 * meanOf(pixels, 5) * meanOf(pixels, 10) + 2 * meanOf(pixels, 6) - meanOf(pixels, 9);
    return 1 / (1 + Math.exp(-3 * z + 1));
  });
  const image = testDigits([8]);

  test.each(["bernoulli", "antithetic"] as const)(
    "%s masks: 95 percent intervals hold the truth 95 times of 100",
    async (sampling) => {
      const options: LimeOptions = {...onSquares, model: "least-squares", sampling};
      const limit = await explainWithLime(bent, image, {...options, samples: 40_000, random: randomSource(99)});
      let [inside, all] = [0, 0];
      for (let seed = 0; seed < 60; seed++) {
        const found = await explainWithLime(bent, image, {...options, samples: 200, random: randomSource(seed)});
        for (const j of strongest(limit.weights, 6)) {
          all++;
          if (Math.abs(found.weights[j] - limit.weights[j]) <= 1.96 * found.errors[j]) inside++;
        }
      }
      // the truth being what endless masks say; 360 tries: three standard deviations of a binomial are 0.035
      expect(inside / all).toBeGreaterThan(0.9);
      expect(inside / all).toBeLessThan(0.99);
    },
  );

  test("are smaller with antithetic masks than with as many independent ones", async () => {
    const spread = async (sampling: "bernoulli" | "antithetic") => {
      const found: Float64Array[] = [];
      for (let seed = 0; seed < 30; seed++) {
        const options = {...onSquares, samples: 100, sampling, random: randomSource(seed)};
        found.push((await explainWithLime(bent, image, options)).weights);
      }
      return [...found[0].keys()].reduce((sum, j) => {
        const mean = found.reduce((total, w) => total + w[j], 0) / found.length;
        return sum + found.reduce((total, w) => total + (w[j] - mean) ** 2, 0);
      }, 0);
    };
    expect((await spread("antithetic")) / (await spread("bernoulli"))).toBeLessThan(0.7);
  });

  test("fall as 1 / √samples", async () => {
    const error = async (samples: number) => {
      const {errors} = await explainWithLime(bent, image, {...onSquares, samples});
      return errors.reduce((sum, e) => sum + e, 0);
    };
    expect((await error(500)) / (await error(8000))).toBeCloseTo(4, 0);
  });
});

test("rank correlation is 1 for any rising map, −1 for a falling one, and shares ranks between equals", () => {
  expect(rankCorrelation([1, 2, 3, 9], [10, 100, 101, 102])).toBeCloseTo(1, 12);
  expect(rankCorrelation([1, 2, 3, 9], [4, 3, 2, 1])).toBeCloseTo(-1, 12);
  // by hand: ranks 0 1.5 1.5 3 against 0 1 2 3: covariance 4.5, variances 4.5 and 5
  expect(rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
});

function labelsOf(name: string): Uint16Array {
  const raw = gunzipSync(readFileSync(`test/fixtures/segmentation/${name}.u16.gz`));
  return new Uint16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));
}
