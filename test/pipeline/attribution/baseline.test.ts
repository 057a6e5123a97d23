/** @file The empty image of a method, the maps of layers enlarged, and copies of an image in parts. */
import {expect, test} from "vitest";

import {faithfulness, removals} from "../../../src/pipeline/attribution/measures/faithfulness";
import {baselinePixels} from "../../../src/pipeline/attribution/methods/baseline";
import {copies, inParts} from "../../../src/pipeline/attribution/methods/copies";
import {enlarged} from "../../../src/pipeline/attribution/methods/enlarged";
import {occlusion} from "../../../src/pipeline/attribution/methods/occlusion";
import {channelSum, exigoSaliencyMaps, saliencyMaps} from "../../../src/pipeline/attribution/methods/saliency";

const image = {count: 1, shape: [1, 2, 3] as const, pixels: Float32Array.of(0, 0.25, 1, 0.5, 0.75, 1)};

test("an empty image is black, white, or has the mean colour of the image", () => {
  expect([...baselinePixels(image, "black")]).toEqual([0, 0, 0, 0, 0, 0]);
  expect([...baselinePixels(image, "white")]).toEqual([1, 1, 1, 1, 1, 1]);
  expect([...baselinePixels(image, "mean")]).toEqual([0.25, 0.5, 1, 0.25, 0.5, 1]);
  const grey = {count: 1, shape: [2, 2, 1] as const, pixels: Float32Array.of(0, 1, 1, 1)};
  expect([...baselinePixels(grey, "mean")]).toEqual([0.75, 0.75, 0.75, 0.75]);
});

test("copies of an image are changed by their places, sixteen at a time", async () => {
  const two = copies(image, 2, (value, place, copy) => value + 10 * place + 100 * copy);
  expect(two).toMatchObject({count: 2, shape: [1, 2, 3]});
  expect([...two.pixels]).toEqual([0, 10.25, 21, 30.5, 40.75, 51, 100, 110.25, 121, 130.5, 140.75, 151]);
  expect([...copies(image, 2).pixels]).toEqual([...image.pixels, ...image.pixels]);
  const parts = async (total: number) => {
    const asked: [number, number][] = [];
    await inParts(total, async (first, count) => void asked.push([first, count]));
    return asked;
  };
  expect(await parts(33)).toEqual([
    [0, 16],
    [16, 16],
    [32, 1],
  ]);
  expect(await parts(16)).toEqual([[0, 16]]);
  expect(await parts(0)).toEqual([]);
});

test("a map of a layer is enlarged between the middles of its places, and stays even at the edges", () => {
  expect([...enlarged(Float32Array.of(0, 4), 1, 2, 1, 4)]).toEqual([0, 1, 3, 4]);
  expect([...enlarged(Float32Array.of(0, 4), 2, 1, 4, 1)]).toEqual([0, 1, 3, 4]);
  expect([...enlarged(Float32Array.of(0, 4, 8, 12), 2, 2, 2, 2)]).toEqual([0, 4, 8, 12]);
  expect([...enlarged(Float32Array.of(0, 4, 8, 12), 2, 2, 4, 4)]).toEqual([
    ...[0, 1, 3, 4, 2, 3, 5, 6, 6, 7, 9, 10, 8, 9, 11, 12],
  ]);
});

test("a colour's numbers are added up to one for each pixel; a grey image has them already", () => {
  expect([...channelSum(Float32Array.of(1, 2, 3, 4, 5, 6), 3)]).toEqual([6, 15]);
  const grey = Float32Array.of(1, 2);
  expect(channelSum(grey, 1)).toBe(grey);
});

/** Half the square of each pixel: the gradient is the pixel, plus the class's number. */
const squares = {
  ...{imageShape: [1, 2, 1] as const, classNames: ["a", "b"]},
  inputGradient: async ({pixels}: {pixels: Float32Array}, targets: ArrayLike<number> | "all") =>
    pixels.map((v) => v + (targets === "all" ? 8 : targets[0])),
};
const two = {count: 1, shape: [1, 2, 1] as const, pixels: Float32Array.of(0.25, 0.75)};

test("saliency is the gradient less that of an empty image, painted over the pixels", async () => {
  const found = await saliencyMaps(squares as never, two, [2]);
  expect([...found.gradient]).toEqual([2.25, 2.75]);
  expect([...found.baseline]).toEqual([2, 2]);
  expect([...found.delta]).toEqual([0.25, 0.75]);
  expect([...found.overlay]).toEqual([0.0625, 0.5625]);
});

test("exigo's saliency is of pixels from -1 to 1, which have half the gradient, for all classes at once", async () => {
  const found = await exigoSaliencyMaps(squares as never, two);
  expect([...found.gradient]).toEqual([4.125, 4.375]);
  expect([...found.baseline]).toEqual([4, 4]);
  expect([...found.delta]).toEqual([0.125, 0.375]);
  expect([...found.overlay]).toEqual([4.125 * -0.5, 4.375 * 0.5]);
});

test("occlusion asks as many questions as there are windows, an eighth of the side by default", () => {
  const options = (window: number, stride: number) => ({window, stride, baseline: "black"}) as const;
  expect(occlusion.questions([16, 24, 1], options(0, 0))).toBe(15 * 23); // side 2, step 1
  expect(occlusion.questions([16, 24, 1], options(4, 4))).toBe(4 * 6);
  expect(occlusion.questions([17, 24, 1], options(4, 4))).toBe(5 * 6); // the last one reaches over the edge
  expect(occlusion.questions([4, 4, 1], options(4, 4))).toBe(1);
  expect(() => occlusion.questions([16, 24, 1], options(17, 1))).toThrow("expected at most 16, the image's side");
  expect(() => occlusion.questions([16, 24, 1], options(4, 5))).toThrow("expected at most 4, the window, got 5");
});

test("a map without signs is judged by how far a score changes, whichever way", () => {
  const squaresLeft = [0.5, 0.25, 1.5].map((left, place) => ({places: [place], left: Float32Array.of(0, left)}));
  const removed = {whole: Float32Array.of(0, 1), squares: squaresLeft};
  // the score falls by 0.5 and 0.75, and rises by 0.5
  expect(faithfulness(removed, 1, Float32Array.of(2, 3, -2), true)).toBeCloseTo(1, 9);
  expect(faithfulness(removed, 1, Float32Array.of(2, 3, 2), false)).toBeCloseTo(1, 9);
  expect(faithfulness(removed, 1, Float32Array.of(2, 3, 2), true)).toBeLessThan(0.8);
});

test("squares of a quarter of the side are taken away in every colour, and anywhere in the image", async () => {
  const shape = [8, 4, 3] as const;
  const picture = {count: 1, shape, pixels: new Float32Array(96).fill(1)};
  const asked: Float32Array[] = [];
  const score = async ({count, pixels}: {count: number; pixels: Float32Array}) => {
    for (let n = 0; n < count; n++) asked.push(pixels.slice(96 * n, 96 * (n + 1)));
    return Float32Array.from({length: 2 * count}, (_, i) => i);
  };
  let draw = 0;
  const {whole, squares: found} = await removals(
    score as never,
    picture,
    new Float32Array(96),
    () => (draw++ % 2 === 0 ? 0.999 : 0.5), // the last row, and the third column of four
  );
  expect([...whole]).toEqual([0, 1]);
  expect(found).toHaveLength(50);
  for (const {places} of found) expect(places).toEqual([7 * 4 + 2]);
  for (const pixels of asked.slice(1)) {
    expect([...pixels.keys()].filter((i) => pixels[i] === 0)).toEqual([90, 91, 92]);
  }
  expect(found.slice(0, 3).map(({left}) => [...left])).toEqual([
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
});
