/** @file The words that pictures show, with the colour of those that warn. */
import {createCanvas} from "@napi-rs/canvas";
import {describe, expect, test} from "vitest";

import {attribution} from "../../src/plots/attribution";
import {AGAINST, css, FOR} from "../../src/plots/color";
import {confusionMatrix} from "../../src/plots/confusion-matrix";
import {dataMap} from "../../src/plots/data-map";
import type {Canvas2D, Sheet} from "../../src/plots/figure";
import {filmstrip} from "../../src/plots/filmstrip";
import {imageGrid} from "../../src/plots/image-grid";
import {orderCurves} from "../../src/plots/order-curves";
import {scatter} from "../../src/plots/scatter";
import {segmentBars} from "../../src/plots/segment-bars";
import {type SegmentExplanation, segments} from "../../src/plots/segments";
import {heatSheet} from "../../src/plots/token-heat";
import {tracked} from "../../src/plots/tracked";

const [BLUE, ORANGE] = [css(FOR), css(AGAINST)];

/** The words of a sheet in the order in which they are drawn, each with its colour. */
function wordsOf({width, height, draw}: Sheet): {words: string; color: string}[] {
  const context = createCanvas(width, height).getContext("2d");
  const found: {words: string; color: string}[] = [];
  context.fillText = (words: string) => void found.push({words, color: `${context.fillStyle}`});
  draw(context as unknown as Canvas2D);
  return found;
}
const textsOf = (sheet: Sheet) => wordsOf(sheet).map(({words}) => words);

const size = {height: 2, width: 2, channels: 1};
const four = Float32Array.of(0, 0.25, 0.5, 1);

describe("LIME's segments", () => {
  const explanation = (more: Partial<SegmentExplanation>): SegmentExplanation => ({
    ...{index: 0, caption: "test 0", label: 1, explained: 1, explainedName: "dog", probability: 0.904, intercept: 0},
    ...{segments: Uint16Array.of(0, 0, 1, 1), weights: Float64Array.of(0.1, -0.4), errors: Float64Array.of(0.5, 0.05)},
    ...{r2: 0.5, localPrediction: 0, samples: 100, near: 40, halvesCorrelation: 1, halvesTop5: 0.5},
    ...more,
  });
  const shown = (more: Partial<SegmentExplanation>) => {
    const all = wordsOf(segments({title: "t", ...size, images: four, explanations: [explanation(more)]}));
    const from = all.findIndex(({words}) => words.startsWith("dog"));
    return all.slice(from, from + 5);
  };

  test("are told with the figures that say how far to trust them", () => {
    const lines = shown({});
    expect(lines.map(({words}) => words)).toEqual([
      "dog  90%",
      "test 0",
      "R² 0.50   40 near masks",
      "strongest −0.40 ± 0.10", // 1.96 · 0.05
      "top 5 agree 50%",
    ]);
    expect([0, 2, 4].map((n) => lines[n].color === ORANGE)).toEqual([false, false, false]);
    expect(lines[0].color).toBe(BLUE);
  });

  test("warn where the answer is wrong, the fit is poor or the halves differ", () => {
    const lines = shown({label: 0, r2: 0.49, halvesTop5: 0.49, probability: 0.04});
    expect(lines.map(({words}) => words)).toContain("dog  4.0%");
    expect([0, 0.099, 0.1].map((probability) => shown({probability})[0].words)).toEqual([
      ...["dog  0%", "dog  9.9%", "dog  10%"],
    ]);
    expect([0, 2, 4].map((n) => lines[n].color)).toEqual([ORANGE, ORANGE, ORANGE]);
    const none = shown({halvesTop5: null, errors: Float64Array.of(0, 0.001), weights: Float64Array.of(0.1, 0.4)});
    expect(none.slice(3)).toEqual([
      {words: "strongest +0.40 ± 0.002", color: expect.any(String)},
      {words: "top 5: none has a weight", color: ORANGE},
    ]);
    expect(shown({r2: null}).slice(2, 4)).toEqual([
      {words: "nothing changes the answer", color: ORANGE},
      {words: "40 near masks", color: expect.any(String)},
    ]);
  });

  test("are drawn for fifty explanations, and those left are counted", () => {
    const of = (count: number) => {
      const images = new Float32Array(4 * count);
      const explanations = Array.from({length: count}, () => explanation({}));
      return textsOf(segments({title: "t", ...size, images, explanations}));
    };
    expect(of(50).join("\n")).not.toContain("The first 50");
    expect(of(51)).toContain("The first 50 of 51 explanations; the numbers have all.");
    expect(of(51).filter((words) => words.startsWith("dog"))).toHaveLength(50);
  });

  test("have bars with their weights, the strongest first", () => {
    const bars = {title: "t", note: "n", ...size, pixels: four, segments: Uint16Array.of(0, 1, 2, 2)};
    const weights = Float64Array.of(0.125, -0.5, 0);
    const texts = textsOf(segmentBars({...bars, weights, errors: Float64Array.of(0.01, 0.02, 0)}));
    expect(texts.filter((words) => /^[+−]/.test(words))).toEqual(["−0.500", "+0.125"]);
    expect(texts).not.toContain("no segment has any weight");
    const none = {weights: new Float64Array(3), errors: new Float64Array(3)};
    expect(textsOf(segmentBars({...bars, ...none}))).toContain("no segment has any weight");
  });
});

test("a map of pixels has its class, its share and orange words of doubt; fifty are drawn", () => {
  const map = (probability: number, isDoubtful = false) => ({
    ...{className: "dog", probability, values: four},
    trust: [{words: "faithfulness 0.2", isDoubtful}],
  });
  const sheet = (maps: ReturnType<typeof map>[], isSigned = true) =>
    wordsOf(attribution({title: "t", key: "k", isSigned, ...size, pixels: four, maps, notes: ["a", "b"]}));
  const lines = sheet([map(0.904), map(0.1, true), map(0)]);
  expect(lines.filter(({words}) => words.startsWith("dog")).map(({words}) => words)).toEqual([
    ...["dog  90%", "dog  10%", "dog  0%"],
  ]);
  expect(sheet([map(0.099)]).map(({words}) => words)).toContain("dog  9.9%");
  const trust = lines.filter(({words}) => words.startsWith("faithfulness")).map(({color}) => color === ORANGE);
  expect(trust).toEqual([false, true, false]);
  expect(lines.find(({words}) => words === "against")?.color).toBe(ORANGE);
  expect(lines.slice(-2).map(({words}) => words)).toEqual(["a", "b"]);
  expect(sheet([map(0.5)], false).map(({words}) => words)).toContain("nothing");
  const many = sheet(Array.from({length: 51}, () => map(0.5))).map(({words}) => words);
  expect(many.slice(-2)).toEqual(["a", "The first 50 of 51 maps."]);
});

test("rounds of removing are drawn up to the fiftieth, and those after it are counted", () => {
  const frame = {
    ...{pixels: four, segments: Uint16Array.of(0, 0, 1, 1), weights: Float64Array.of(1, -1), gone: [0]},
    top: [{name: "dog", probability: 0.5}],
  };
  const strip = (count: number) => {
    const notes = [...Array.from({length: count}, (_, n) => `round ${n + 1}: dog`), "it ended"];
    return textsOf(filmstrip({title: "t", ...size, frames: Array(count).fill(frame), notes}));
  };
  expect(strip(2)).toEqual([
    "t",
    "round 1",
    "dog",
    "50.0%",
    "round 2",
    "dog",
    "50.0%",
    "round 1: dog",
    "round 2: dog",
    "it ended",
  ]);
  expect(strip(52).slice(-3)).toEqual(["round 50: dog", "The 2 rounds after these are not drawn.", "it ended"]);
});

test("curves of deletion and insertion have their areas, each its own", () => {
  const line = Float64Array.of(1, 0.5, 0);
  const curve = (name: string, deletionArea: number | null, insertionArea: number | null) => ({
    ...{name, deletion: line, insertion: line, deletionArea, insertionArea},
  });
  const texts = textsOf(orderCurves({title: "t", curves: [curve("lime", 0.25, 0.75), curve("edges", null, null)]}));
  expect(texts.filter((words) => /^(lime|edges|deletion|insertion|share)/.test(words))).toEqual([
    ...[
      "deletion: lower is better",
      "share of the image hidden",
      "lime: area 0.250",
      "edges: nothing changes the answer",
    ],
    ...[
      "insertion: higher is better",
      "share of the image shown",
      "lime: area 0.750",
      "edges: nothing changes the answer",
    ],
  ]);
});

describe("a confusion matrix", () => {
  test("has counts with their share of the row, recall and precision", () => {
    const counts = Uint32Array.of(6, 2, 0, 0, 5, 0, 0, 0, 0);
    const texts = textsOf(confusionMatrix({title: "t", classNames: ["a", "b", "c"], counts}));
    expect(texts[1]).toBe("11 of 13 right (84.6%)");
    // row by row: its name, recall, how many, then its cells; a cell of none is empty
    expect(texts.slice(6)).toEqual([
      ...["a", "75.0%", "of 8", "6", "75.0%", "2", "25.0%"],
      ...["b", "100%", "of 5", "5", "100%"],
      ...["c", "–", "of 0"],
      ...["a", "100%", "b", "71.4%", "c", "–"],
      "blue: right, by share of the row   orange: mistakes, darkest at 2",
    ]);
  });
});

test("an image grid writes the ends of each row's scale, and says where there is nothing", () => {
  const rows = [
    {label: "image", values: four, scale: "intensity" as const},
    {label: "gradient", values: four.map((v) => -v), scale: "signed" as const, limit: 0.5},
    {label: "size", values: four, scale: "sequential" as const, limit: 2},
    {label: "blank", values: new Float32Array(4), scale: "signed" as const},
  ];
  const texts = textsOf(imageGrid({title: "t", ...size, columns: [["a", "b"]], rows, note: "n"}));
  expect(texts).toEqual([
    ...["t", "a", "b", "image"],
    ...["gradient", "+0.50", "0", "−0.50"],
    ...["size", "2.0", "0"],
    ...["blank", "0 everywhere", "n"],
  ]);
});

describe("a map of points", () => {
  const points = Float32Array.of(0, 0, 1, 1, 0, 1, 1, 0);
  const map = (wrong: Uint8Array, more: object = {}) =>
    textsOf(
      scatter({
        title: "t",
        points,
        labels: Uint16Array.of(0, 0, 1, 1),
        classNames: ["a", "b"],
        wrong,
        notes: [],
        ...more,
      }),
    );

  test("counts each class, and its mistakes if there is a network", () => {
    expect(map(new Uint8Array(0)).slice(-6)).toEqual(["class", "points", "a", "2", "b", "2"]);
    const judged = map(Uint8Array.of(0, 0, 0, 1));
    expect(judged.slice(-8)).toEqual([
      "class",
      "wrong / all",
      "a",
      "0 / 2",
      "b",
      "1 / 2",
      "25% misclassified:",
      "too many to ring",
    ]);
    expect(map(new Uint8Array(4)).at(-1)).toBe("misclassified");
  });

  test("lists 24 classes, those with the most mistakes", () => {
    const classNames = Array.from({length: 26}, (_, k) => `c${k}`);
    const labels = Uint16Array.of(0, 0, 25, 25);
    const judged = map(Uint8Array.of(0, 0, 0, 1), {classNames, labels});
    expect(judged).toContain("and 2 more, with fewer mistakes");
    expect(judged.slice(judged.indexOf("wrong / all") + 1).slice(0, 2)).toEqual(["c25", "1 / 2"]);
    expect(map(new Uint8Array(0), {classNames, labels})).toContain("and 2 more, with fewer points");
    expect(
      map(new Uint8Array(0), {classNames: classNames.slice(0, 24), labels: new Uint16Array(4)}).join(),
    ).not.toContain("more, with");
  });
});

test("the data map says at how many epochs an image may be right", () => {
  const map = (epochs: number) => {
    const one = {confidence: Float64Array.of(0.5), variability: Float64Array.of(0.1), correctness: Uint16Array.of(1)};
    return textsOf(dataMap({title: "t", ...one, epochs, notes: ["n"]}));
  };
  expect(map(1)).toContain("at the one epoch");
  expect(map(5)).toContain("at all 5 epochs");
  expect(map(5)).toEqual(expect.arrayContaining(["1 %", "50 %", "99 %", "0.05", "n"]));
});

test("scores that are followed name the label and the three next classes", () => {
  const logits = [Float32Array.of(0, 0, 0, 0, 0, 0), Float32Array.of(5, 4, 3, 2, 1, -9)];
  const image = {name: "test 7", label: 5, at: [0, 1], logits, weights: [{node: 12, values: [-1, 1]}]};
  const classNames = ["a", "b", "c", "d", "e", "f"];
  const texts = textsOf(tracked({title: "t", classNames, images: [image]}));
  expect(texts.filter((words) => /^[a-f]$/.test(words)).sort()).toEqual(["a", "b", "c", "f"]);
  expect(texts).toEqual(
    expect.arrayContaining(["test 7", "-9", "5", "12", "weights to its label that moved it most, by node"]),
  );
  const none = textsOf(tracked({title: "t", classNames, images: [{...image, weights: []}]}));
  expect(none).toContain("no weights were kept");
});

test("heat of words has its scale, a name for each row, and words for where it changed", () => {
  const strips = [{label: "attention", values: Float32Array.of(1, -1, 1, 0)}];
  const heat = {title: "t", tokens: ["who", "came"], rows: ["1", "2"], strips};
  expect(textsOf(heatSheet(heat))).toEqual(["t", "who", "came", "attention", "1", "2", "+1.0", "0", "−1.0"]);
  const more = {...heat, span: {from: 0, to: 1, label: "here"}, note: "n", marked: [1, 1] as const};
  expect(textsOf(heatSheet(more))).toEqual([
    "t",
    "who",
    "came",
    "attention",
    "here",
    "1",
    "2",
    "+1.0",
    "0",
    "−1.0",
    "n",
  ]);
});
