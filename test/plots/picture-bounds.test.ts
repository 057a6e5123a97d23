import {describe, expect, test} from "vitest";

import {figure, MOST_PIXELS} from "../../src/plots/figure";
import {draw, type PlotData, plots} from "../../src/plots/index";

const names = (count: number) => Array.from({length: count}, (_, k) => `class ${k}`);
const grey = (count: number, size: number) => new Float32Array(count * size * size).fill(0.5);

test("a sheet of any shape has at most 16 million pixels, and one that would be unreadable is refused", () => {
  for (const [width, height] of [
    [100, 100],
    [5000, 3000],
    [200, 70_000],
    [3999, 4000],
  ]) {
    const {png, ...size} = figure(width, height, () => {});
    expect(size.width * size.height).toBeLessThan(1.01 * MOST_PIXELS);
    expect(Math.abs(size.width / size.height / (width / height) - 1)).toBeLessThan(0.02);
    expect(png.length).toBeGreaterThan(60);
  }
  expect(() => figure(5000, 4000, () => {})).toThrow("picture: expected at most 16,000,000 units, got 5000 × 4000");
});

/** Data with the largest amounts that a user's data may bring. */
const excessive: {readonly [N in keyof typeof plots]: PlotData<N>} = {
  attribution: {
    title: "every class of ImageNet explained",
    key: "the class named below",
    isSigned: true,
    ...{height: 300, width: 400, channels: 3, pixels: new Float32Array(300 * 400 * 3).fill(0.4)},
    maps: names(1000).map((className) => ({
      className,
      probability: 0.001,
      values: new Float32Array(300 * 400).fill(0.1),
      trust: [{words: "faithfulness 0.20", isDoubtful: true}],
    })),
    notes: ["a note"],
  },
  confusionMatrix: {
    title: "many classes",
    counts: Uint32Array.from({length: 3000 ** 2}, (_, i) => (i % 3001 === 0 ? 9 : i % 17 === 0 ? 1 : 0)),
    classNames: names(3000),
  },
  dataMap: {
    title: "a large training set",
    confidence: Float64Array.from({length: 200_000}, (_, n) => n / 200_000),
    variability: Float64Array.from({length: 200_000}, (_, n) => (n % 500) / 1000),
    correctness: Uint16Array.from({length: 200_000}, (_, n) => n % 6),
    epochs: 5,
    notes: ["a note"],
  },
  tracked: {
    title: "as many images as can be followed, over many epochs",
    classNames: names(300),
    images: Array.from({length: 12}, (_, n) => ({
      name: `image ${n}`,
      label: n,
      at: Array.from({length: 2000}, (_, point) => point / 20),
      logits: Array.from({length: 2000}, (_, point) =>
        Float32Array.from({length: 300}, (_, k) => ((point * k) % 97) - n),
      ),
      weights: Array.from({length: 10}, (_, node) => ({
        node,
        values: Array.from({length: 100}, (_, e) => node + e / 100),
      })),
    })),
  },
  imageGrid: {
    title: "large images",
    height: 300,
    width: 400,
    channels: 3,
    columns: names(10),
    rows: ["source", "gradient", "delta", "overlay", "baseline"].map((label, r) => ({
      label,
      values: new Float32Array(10 * 300 * 400 * (r ? 1 : 3)).fill(0.3),
      scale: r ? "signed" : "intensity",
    })),
  },
  scatter: {
    title: "many classes",
    points: Float32Array.from({length: 6000}, (_, i) => Math.sin(i * i)),
    labels: Uint16Array.from({length: 3000}, (_, i) => i),
    classNames: names(3000),
    wrong: new Uint8Array(3000),
    notes: [],
  },
  segments: {
    title: "every class of ImageNet explained",
    height: 32,
    width: 32,
    channels: 1,
    images: grey(1000, 32),
    explanations: Array.from({length: 1000}, (_, k) => ({
      index: 0,
      caption: "test 0",
      label: 0,
      explained: k,
      explainedName: `class ${k}`,
      probability: 0.001,
      segments: new Uint16Array(1024),
      weights: Float64Array.of(0.5),
      errors: Float64Array.of(0.1),
      intercept: 0,
      r2: 0.9,
      localPrediction: 0.5,
      samples: 100,
      near: 50,
      halvesCorrelation: 1,
      halvesTop5: 1,
    })),
  },
  segmentBars: {
    title: "as many segments as pixels",
    note: "",
    height: 64,
    width: 64,
    channels: 1,
    pixels: grey(1, 64),
    segments: Uint16Array.from({length: 4096}, (_, p) => p >> 2),
    weights: Float64Array.from({length: 1024}, (_, p) => Math.sin(p)),
    errors: new Float64Array(1024),
  },
  limeSteps: {
    title: "as many segments as pixels",
    height: 64,
    width: 64,
    channels: 1,
    pixels: grey(1, 64),
    segments: Uint16Array.from({length: 4096}, (_, p) => p >> 2),
    weights: Float64Array.from({length: 1024}, (_, p) => Math.sin(p)),
    explainedName: "cat",
    r2: 0.5,
    examples: [],
    kept: Uint32Array.from({length: 2000}, (_, n) => n),
    answers: new Float32Array(2000),
    fitted: new Float32Array(2000),
    maskWeights: new Float64Array(2000).fill(1),
    classes: names(3000).map((name) => ({name, mean: 0.1})),
  },
  filmstrip: {
    title: "many rounds",
    height: 32,
    width: 32,
    channels: 1,
    frames: Array.from({length: 400}, () => ({
      pixels: grey(1, 32),
      segments: new Uint16Array(1024),
      weights: Float64Array.of(1),
      gone: [],
      top: [{name: "cat", probability: 1}],
    })),
    notes: [...names(400), "the end"],
  },
  orderCurves: {
    title: "curves",
    curves: names(3).map((name) => ({
      name,
      deletion: new Float64Array(5000),
      insertion: new Float64Array(5000),
      deletionArea: 0,
      insertionArea: 0,
    })),
  },
};

describe("whatever the data, a picture is drawn in bounded pixels", () => {
  test.each(Object.keys(plots) as (keyof typeof plots)[])("%s", (name) => {
    const {width, height, png} = draw(name, excessive[name] as never);
    expect(width * height).toBeLessThan(1.01 * MOST_PIXELS);
    expect(png.length).toBeLessThan(20e6);
  });
});

test("of more than a hundred classes those with the most mistakes are shown", () => {
  // one mistake in a hundred pairs of the last classes: the picture is that of these classes alone
  const n = 130;
  const counts = new Uint32Array(n * n);
  for (let k = 0; k < n; k++) counts[k * n + k] = 5;
  for (let k = 30; k < n; k++) counts[k * n + (k === n - 1 ? 30 : k + 1)] = 3;
  const few = new Uint32Array(100 * 100);
  for (let k = 30; k < n; k++) for (let j = 30; j < n; j++) few[(k - 30) * 100 + j - 30] = counts[k * n + j];
  const all = draw("confusionMatrix", {title: "", counts, classNames: names(n)});
  const some = draw("confusionMatrix", {title: "", counts: few, classNames: names(n).slice(30)});
  expect([all.width, all.height]).toEqual([some.width, some.height]);
});

test.each(["\0", "a\0b", "\ud800", "\u202eabc", "", "\n\n", "x".repeat(100_000)])(
  "a class called %j is drawn",
  (name) => {
    const classNames = [name, "b"];
    const {png} = draw("confusionMatrix", {title: name.slice(0, 99), counts: Uint32Array.of(3, 1, 0, 2), classNames});
    expect(png.length).toBeGreaterThan(1000);
  },
);
