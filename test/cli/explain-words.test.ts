/** @file Lines about explanations, of one image, of many, and of training images. */
import {expect, test} from "vitest";

import {targetOf, wordsOf} from "../../src/cli/explain";
import {epochWords} from "../../src/cli/explain-many-images";
import {linesOf} from "../../src/cli/explain-training";

test("an epoch's explanations by LIME have their median fit, the poor ones, and those that nothing changes", () => {
  const one = {epoch: 3, images: 1200, masks: "40", medianR2: 0.875, poor: 1000, unchanging: 0, agree: 0.5};
  expect(epochWords(one)).toBe(
    "epoch 3   1,200 images, 40 masks   R² 0.88 (median), 1,000 below 0.5   top 5 agree 0.50",
  );
  expect(epochWords({...one, images: 1, medianR2: null, agree: null, unchanging: 1})).toBe(
    "epoch 3   1 image, 40 masks   nothing changes any answer   1 that nothing changes",
  );
});

test("an epoch's maps of pixels have their median faithfulness, and those that do not add up", () => {
  const one = {epoch: 0, images: 2, medianFaithfulness: 0.5, poor: 1, unchanging: 0, incomplete: null};
  expect(epochWords(one)).toBe("epoch 0   2 images   faithfulness 0.50 (median), 1 below 0.3");
  expect(epochWords({...one, incomplete: 0, unchanging: 2})).toBe(
    "epoch 0   2 images   faithfulness 0.50 (median), 1 below 0.3   0 with a completeness gap above 5 %   2 that nothing changes",
  );
  expect(epochWords({...one, medianFaithfulness: null})).toBe("epoch 0   2 images   nothing changes any score");
});

test("training images are named with their labels, and none where none speaks", () => {
  const data = {classNames: ["cat", "dog"], train: {files: ["cat/a.png", "dog/b.png"]}};
  const found = {target: 1, probability: 0.875, label: 1, epochs: [0, 1, 2], images: 1200, data};
  const speaking = (index: number, label: number) => ({index, label, score: 1});
  const lines = linesOf("test:8", {...found, for: [speaking(1, 1), speaking(0, 0)], against: []} as never);
  expect(lines).toEqual([
    "test:8: dog 87.5%   of 1,200 training images, over 3 epochs (TracIn at the last layer)",
    "  most for it      dog/b.png (dog), cat/a.png (cat)",
    "  most against it  none",
  ]);
});

const words = (plot: string, data: object) => wordsOf({name: "n", plot, data} as never);

test("an explanation has its class, its trust, and advice where few segments explain little", () => {
  const one = {
    ...{caption: "a.png", explainedName: "cat", probability: 0.125, r2: 0.5, halvesTop5: 0.75, samples: 40},
    weights: new Float64Array(5),
  };
  const line = "a.png: cat 12.5%   R² 0.50, 5 segments, 40 masks, top 5 agree 75%";
  expect(words("segments", {explanations: [one]})).toEqual([line]);
  expect(words("segments", {explanations: [{...one, weights: new Float64Array(4)}]})).toEqual([
    `${line.replace("5 segments", "4 segments")}  (fewer than 5 segments explain little: try --lime.segmentation slic)`,
  ]);
});

test("a map, a row of pictures and curves have a line each", () => {
  const maps = [{className: "dog", probability: 0.5, trust: [{words: "faithfulness 1.00"}, {words: "gap 0 %"}]}];
  expect(words("attribution", {title: "a: saliency", maps})).toEqual([
    "a: saliency: dog 50.0%   faithfulness 1.00, gap 0 %",
  ]);
  expect(words("filmstrip", {notes: ["round 1", "round 2"]})).toEqual(["  round 1", "  round 2"]);
  const curve = {name: "edges", deletionArea: 0.25, insertionArea: 0};
  const nothing = "  edges   nothing changes the answer";
  const curves = [curve, {...curve, deletionArea: null}, {...curve, insertionArea: null}];
  expect(words("orderCurves", {curves})).toEqual([
    "  edges   deletion 0.250 (lower is better)   insertion 0.000 (higher)",
    nothing,
    nothing,
  ]);
  expect(words("imageGrid", {})).toEqual([]);
});

test("the class that is asked about is the most probable one, the label, or one that is told", () => {
  const names = ["cat", "dog"];
  expect(targetOf("predicted", 1, names, "a.png")).toBeUndefined();
  expect(targetOf("", 1, names, "a.png")).toBeUndefined();
  expect(targetOf("label", 1, names, "a.png")).toBe("1");
  expect(targetOf("label", 0, names, "a.png")).toBe("0");
  expect(targetOf("dog", undefined, names, "a.png")).toBe("dog");
  expect(targetOf("7", undefined, names, "a.png")).toBe("7");
  expect(targetOf("label", undefined, ["label", "predicted"], "a.png")).toBe("label"); // a class of this name
  expect(targetOf("predicted", undefined, ["label", "predicted"], "a.png")).toBe("predicted");
  expect(() => targetOf("label", undefined, names, "a.png")).toThrow(
    "--target: expected a class for a.png, got label, but this image has no label",
  );
});
