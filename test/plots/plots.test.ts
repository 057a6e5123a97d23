import {createCanvas, loadImage} from "@napi-rs/canvas";
import {expect, test} from "vitest";

import {
  AGAINST,
  classColor,
  FOR,
  intensity,
  luminance,
  magnitude,
  type Rgb,
  sequential,
  signed,
} from "../../src/plots/color";
import type {Figure} from "../../src/plots/figure";
import {draw} from "../../src/plots/index";
import {textWidth} from "../../src/plots/text";

/** Every pixel, RGBA. */
async function pixelsOf({png, width, height}: Figure): Promise<(x: number, y: number) => Rgb> {
  const context = createCanvas(width, height).getContext("2d");
  context.drawImage(await loadImage(Buffer.from(png)), 0, 0);
  const {data} = context.getImageData(0, 0, width, height);
  return (x, y) => [data[4 * (y * width + x)], data[4 * (y * width + x) + 1], data[4 * (y * width + x) + 2]];
}

test("signed colours are white at 0, orange at -1, blue at +1, and clipped beyond", () => {
  expect(signed(0)).toEqual([255, 255, 255]);
  expect(signed(1)).toEqual(FOR);
  expect(signed(-1)).toEqual(AGAINST);
  expect(signed(9)).toEqual(signed(1));
  expect(signed(Number.NaN)).toEqual(signed(0));
});

test("signed colours of the same size are about equally far from white", () => {
  for (const v of [0.25, 0.5, 0.75]) {
    const [for_, against] = [luminance(signed(v)), luminance(signed(-v))];
    expect(Math.abs(for_ - against)).toBeLessThan(0.08);
  }
});

test("sequential and grey scales only darken or brighten", () => {
  for (let i = 1; i <= 20; i++) {
    expect(luminance(sequential(i / 20))).toBeLessThan(luminance(sequential((i - 1) / 20)));
    expect(luminance(intensity(i / 20))).toBeGreaterThan(luminance(intensity((i - 1) / 20)));
  }
});

test("full colour is the 99th percentile, one hot pixel does not wash out the rest, and a blank map stays blank", () => {
  const map = Float32Array.from({length: 200}, (_, i) => (i % 2 ? 0.5 : -0.25));
  map[7] = -1000;
  expect(magnitude(map)).toBe(0.5);
  // the 99th percentile of 0 to 100, signs left out: 99, and neither the largest nor the 90th
  expect(magnitude(Array.from({length: 101}, (_, n) => (n % 2 ? -n : n)))).toBe(99);
  expect(magnitude(new Float32Array(9))).toBe(1);
  const one = new Float32Array(784);
  one[3] = 2;
  expect(magnitude(one)).toBe(2); // the percentile is 0: then the largest
});

test("the ten class colours are at least 3:1 on white and differ; past ten they repeat", () => {
  const colors = Array.from({length: 30}, (_, k) => classColor(k, 30));
  for (const color of colors.slice(0, 10)) expect(1.05 / (luminance(color) + 0.05)).toBeGreaterThan(3);
  expect(new Set(colors.map(String)).size).toBe(10);
  expect(colors[27]).toEqual(colors[7]);
});

test("text is drawn: the font came with the package", async () => {
  expect(textWidth("confusion", {size: 20})).toBeGreaterThan(60);
  const data = {title: "A title", counts: Uint32Array.of(3, 0, 0, 3), classNames: ["a", "b"]};
  const figure = draw("confusionMatrix", data);
  const [at, blank] = [await pixelsOf(figure), await pixelsOf(draw("confusionMatrix", {...data, title: ""}))];
  let differing = 0;
  for (let y = 0; y < 80; y++)
    for (let x = 0; x < figure.width; x++) if (`${at(x, y)}` !== `${blank(x, y)}`) differing++;
  expect(differing).toBeGreaterThan(300);
});

test("a confusion matrix shows a lone mistake beside a dominant diagonal", async () => {
  const counts = Uint32Array.of(980, 1, 0, 0, 1000, 0, 0, 0, 990);
  const at = await pixelsOf(draw("confusionMatrix", {title: "t", counts, classNames: ["0", "1", "2"]}));
  // cells are 46 units, 2 pixels each, from (68, 96): a corner of each cell, where no text is
  const cell = (row: number, column: number) => at(2 * (68 + 46 * column) + 8, 2 * (96 + 46 * row) + 8);
  expect(cell(0, 1)).toEqual(AGAINST); // the largest mistake is in full colour, be it one of a thousand
  expect(cell(0, 0)[2]).toBeGreaterThan(cell(0, 0)[0] + 40); // blue
  expect(cell(1, 0)).toEqual([0xf6, 0xf7, 0xf9]); // none
});

test("an image grid draws each pixel as a square of its colour, signed maps around white", async () => {
  const values = Float32Array.of(0, 1, -1, 0.5);
  const figure = draw("imageGrid", {
    title: "t",
    height: 2,
    width: 2,
    channels: 1,
    columns: ["c"],
    rows: [
      {label: "source", values: Float32Array.of(0, 1, 0.2, 0.6), scale: "intensity"},
      {label: "map", values, scale: "signed", limit: 1},
    ],
  });
  const at = await pixelsOf(figure);
  // images of 84 units from (146, 66), rows 90 apart
  const pixel = (row: number, y: number, x: number) => at(2 * (146 + 42 * x + 21), 2 * (66 + 90 * row + 42 * y + 21));
  expect([pixel(0, 0, 0), pixel(0, 0, 1), pixel(0, 1, 0)]).toEqual([
    [0, 0, 0],
    [255, 255, 255],
    [51, 51, 51],
  ]);
  expect([pixel(1, 0, 0), pixel(1, 0, 1), pixel(1, 1, 0)]).toEqual([[255, 255, 255], FOR, AGAINST]);
});

test("a row of fewer images than columns ends in blank paper", async () => {
  const at = await pixelsOf(
    draw("imageGrid", {
      ...{title: "t", height: 2, width: 2, channels: 1, columns: ["a", "b"]},
      rows: [
        {label: "asked", values: Float32Array.of(0, 0, 0, 0), scale: "intensity"},
        {label: "found", values: new Float32Array(8), scale: "intensity"},
      ],
    }),
  );
  // the middle of each cell of 84 units, 90 apart
  const cell = (row: number, column: number) => at(2 * (146 + 90 * column + 42), 2 * (66 + 90 * row + 42));
  const [black, blank] = [
    [0, 0, 0],
    [255, 255, 255],
  ];
  expect([cell(0, 0), cell(0, 1), cell(1, 0), cell(1, 1)]).toEqual([black, blank, black, black]);
});

test("long class names, many classes and none right do not break a matrix", () => {
  const classNames = Array.from({length: 26}, (_, k) => `class with a long name ${k}`);
  const counts = new Uint32Array(26 * 26).fill(1);
  for (let k = 0; k < 26; k++) counts[k * 27] = 0;
  const {width, height} = draw("confusionMatrix", {title: "t", counts, classNames});
  expect(width).toBeGreaterThan(26 * 46 * 2);
  expect(height).toBeGreaterThan(26 * 46 * 2);
});
