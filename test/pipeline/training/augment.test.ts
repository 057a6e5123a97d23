import {describe, expect, test} from "vitest";

import {fork, randomSource} from "../../../src/nouns/random";
import type {ImageShape} from "../../../src/nouns/samples";
import {augmentation, drawn} from "../../../src/pipeline/training/augment/augment";
import {type AugmentOptions, rangesInWords, rangesOf} from "../../../src/pipeline/training/augment/ranges";
import {type Transform, transformed} from "../../../src/pipeline/training/augment/transform";

const NOTHING: Transform = {
  shiftX: 0,
  shiftY: 0,
  turn: 0,
  zoom: 1,
  mirrorX: false,
  mirrorY: false,
  brightness: 0,
  contrast: 1,
};
const random = randomSource(4);
const imageOf = ([height, width, channels]: ImageShape) =>
  Float32Array.from({length: height * width * channels}, random);
function shown(image: Float32Array, shape: ImageShape, transform: Partial<Transform>): Float32Array {
  const into = new Float32Array(image.length).fill(Number.NaN);
  transformed(image, into, shape, {...NOTHING, ...transform});
  return into;
}
/** Each pixel of the result taken from the place that `source` names; of all channels. */
const picked = (
  image: Float32Array,
  [height, width, channels]: ImageShape,
  source: (y: number, x: number) => [number, number],
) =>
  Float32Array.from({length: image.length}, (_, i) => {
    const [c, x, y] = [i % channels, Math.floor(i / channels) % width, Math.floor(i / channels / width)];
    const [fromY, fromX] = source(y, x).map((v, axis) => Math.min([height, width][axis] - 1, Math.max(0, v)));
    return image[(fromY * width + fromX) * channels + c];
  });

describe("an image that is transformed", () => {
  test.each([[[5, 7, 3]], [[1, 6, 1]], [[6, 1, 2]], [[1, 1, 3]]] as const)(
    "by nothing is the same, bit by bit, at %j",
    (shape) => {
      const image = imageOf(shape);
      expect(shown(image, shape, {})).toEqual(image);
    },
  );

  test.each([1, 2, 3, 4])("by %i quarter turns is turned exactly, clockwise", (quarters) => {
    for (const side of [6, 7]) {
      const shape: ImageShape = [side, side, 3];
      const image = imageOf(shape);
      let expected = image;
      for (let q = 0; q < quarters; q++) expected = picked(expected, shape, (y, x) => [side - 1 - x, y]);
      expect(shown(image, shape, {turn: (quarters * Math.PI) / 2})).toBeAllClose(expected, {rtol: 0, atol: 1e-6});
    }
  });

  test("by a shift of whole pixels is moved, and the border continues", () => {
    const shape: ImageShape = [4, 5, 2];
    const image = imageOf(shape);
    const moved = shown(image, shape, {shiftX: 2 / 5, shiftY: -1 / 4});
    expect(moved).toBeAllClose(
      picked(image, shape, (y, x) => [y + 1, x - 2]),
      {rtol: 0, atol: 1e-6},
    );
  });

  test("by half a pixel has the means of neighbours", () => {
    const row = Float32Array.of(0, 0.4, 1, 0.2);
    expect(shown(row, [1, 4, 1], {shiftX: 0.5 / 4})).toBeAllClose([0, 0.2, 0.7, 0.6], {rtol: 0, atol: 1e-6});
  });

  test("by a mirror has its sides exchanged, exactly", () => {
    const shape: ImageShape = [3, 4, 3];
    const image = imageOf(shape);
    expect(shown(image, shape, {mirrorX: true})).toEqual(picked(image, shape, (y, x) => [y, 3 - x]));
    expect(shown(image, shape, {mirrorY: true})).toEqual(picked(image, shape, (y, x) => [2 - y, x]));
  });

  test("by a zoom of 2 shows each pixel of its middle about twice, worked by hand", () => {
    // places 0 to 3 are at -1.5 to 1.5 from the middle; half as far from it is 0.75, 1.25, 1.75 and 2.25
    const row = Float32Array.of(0, 0.4, 1, 0.2);
    expect(shown(row, [1, 4, 1], {zoom: 2})).toBeAllClose([0.3, 0.55, 0.85, 0.8], {rtol: 0, atol: 1e-6});
  });

  test("by brightness and contrast has each intensity changed, and kept in [0, 1]", () => {
    const row = Float32Array.of(0, 0.25, 0.5, 0.75, 1);
    expect(shown(row, [1, 5, 1], {contrast: 2, brightness: 0.1})).toBeAllClose([0, 0.1, 0.6, 1, 1], {rtol: 1e-6});
  });

  test("by a turn, a zoom and a shift keeps a flat image flat", () => {
    const flat = new Float32Array(8 * 9 * 3).fill(0.375);
    expect(shown(flat, [8, 9, 3], {turn: 0.7, zoom: 1.3, shiftX: 0.2})).toBeAllClose(flat, {rtol: 1e-6});
  });
});

const AUTO: AugmentOptions = {
  augment: "auto",
  augmentShift: "auto",
  augmentTurn: "auto",
  augmentZoom: "auto",
  augmentFlip: "auto",
  augmentBrightness: "auto",
  augmentContrast: "auto",
};

describe("augmentation", () => {
  test("is off for idx files, for photographs where pictures have colours, for digits where they are grey", () => {
    const named = (folder: string | undefined, channels: number) =>
      rangesOf(AUTO, {imageShape: [28, 28, channels], ...(folder === undefined ? {} : {folder})}).name;
    expect([named(undefined, 1), named("/pictures", 3), named("/pictures", 1)]).toEqual(["none", "photos", "digits"]);
  });

  test("takes the user's own values over those of its kind", () => {
    const given = rangesOf(
      {...AUTO, augment: "digits", augmentTurn: "180", augmentFlip: "both"},
      {imageShape: [9, 9, 1]},
    );
    expect(given).toMatchObject({name: "digits", turn: 180, flip: "both", shift: 0.08, brightness: 0});
    expect(rangesInWords(given)).toBe(
      "shifted by up to 8 %, turned by up to 180°, zoomed by up to 10 %, half of them flipped both ways",
    );
  });

  test("draws evenly within its ranges, and flips every other image", () => {
    const ranges = {shift: 0.1, turn: 20, zoom: 0.25, flip: "horizontal", brightness: 0.2, contrast: 0.5} as const;
    const many = Array.from({length: 4000}, (_, n) => drawn(ranges, fork(1, "augment", 1, n)));
    const within = (values: number[], low: number, high: number) => {
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...values)).toBeLessThanOrEqual(high);
      expect(values.reduce((a, b) => a + b, 0) / values.length).toBeCloseTo((low + high) / 2, 1);
    };
    within(
      many.map(({shiftX}) => 10 * shiftX),
      -1,
      1,
    );
    within(
      many.map(({turn}) => turn),
      -Math.PI / 9,
      Math.PI / 9,
    );
    within(
      many.map(({zoom}) => Math.log(zoom)),
      -Math.log(1.25),
      Math.log(1.25),
    );
    within(
      many.map(({brightness}) => 5 * brightness),
      -1,
      1,
    );
    expect(many.filter(({mirrorX}) => mirrorX).length / 4000).toBeCloseTo(0.5, 1);
    expect(many.some(({mirrorY}) => mirrorY)).toBe(false);
  });

  const shape: ImageShape = [6, 6, 1];
  const ranges = rangesOf({...AUTO, augment: "photos"}, {imageShape: shape});
  const image = imageOf(shape);
  const batchOf = (indices: number[], own = indices) => {
    const pixels = new Float32Array(36 * indices.length);
    for (let n = 0; n < indices.length; n++) pixels.set(image, 36 * n);
    return {
      count: indices.length,
      shape,
      pixels,
      labels: new Uint16Array(indices.length),
      indices: Uint32Array.from(indices),
      own: Uint32Array.from(own),
    };
  };

  test("is an image's own: the same wherever it stands in a batch, another at each epoch, image and seed", () => {
    const augment = augmentation(ranges, 3)!;
    const [together, alone] = [batchOf([4, 9, 2]), batchOf([9])];
    augment(together, 5);
    augment(alone, 5);
    expect(together.pixels.slice(36, 72)).toEqual(alone.pixels);
    expect(together.pixels.slice(0, 36)).not.toEqual(alone.pixels);
    const [later, otherwise] = [batchOf([9]), batchOf([9])];
    augment(later, 6);
    augmentation(ranges, 4)!(otherwise, 5);
    for (const other of [later, otherwise]) expect(other.pixels).not.toEqual(alone.pixels);
  });

  test("does not change for the images that are left when others are left out", () => {
    const [whole, kept] = [batchOf([7]), batchOf([1], [7])];
    augmentation(ranges, 3)!(whole, 2);
    augmentation(ranges, 3)!(kept, 2);
    expect(kept.pixels).toEqual(whole.pixels);
  });

  test("is none where nothing is changed", () => {
    expect(augmentation(rangesOf(AUTO, {imageShape: shape}), 3)).toBeUndefined();
  });
});
