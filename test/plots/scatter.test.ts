import {createCanvas, loadImage} from "@napi-rs/canvas";
import {expect, test} from "vitest";
import {classColor, mix, type Rgb} from "../../src/plots/color";
import {draw, drawInTurns} from "../../src/plots/index";
import type {Scatter} from "../../src/plots/scatter";

const scatter = (data: Scatter) => draw("scatter", data);

const names = ["zero", "one", "two"];

function plot(given: Partial<Scatter> & {readonly points: Float32Array}): Scatter {
  const n = given.labels?.length ?? given.points.length / 2;
  return {title: "t", labels: new Uint16Array(n), classNames: names, wrong: new Uint8Array(n), notes: [], ...given};
}

/** How many pixels of the map itself (not of the legend) are nearly of a colour. */
async function pixels(data: Scatter, [red, green, blue]: Rgb): Promise<number> {
  const {png, width, height} = scatter(data);
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.drawImage(await loadImage(Buffer.from(png)), 0, 0);
  const side = 2 * 656;
  const {data: rgba} = context.getImageData(0, 104, side, 1270);
  let count = 0;
  for (let i = 0; i < rgba.length; i += 4) {
    if (Math.abs(rgba[i] - red) + Math.abs(rgba[i + 1] - green) + Math.abs(rgba[i + 2] - blue) < 60) count++;
  }
  return count;
}

const ink: Rgb = [0x15, 0x18, 0x1d];
const spread = Float32Array.from({length: 40}, (_, i) => Math.cos(i * (i % 2 ? 1 : 2)) * 10);

test("points have the colour of their class", async () => {
  const data = plot({points: spread, labels: new Uint16Array(20).fill(1)});
  const seen = (k: number) => pixels(data, mix(classColor(k, names.length), [255, 255, 255], 0.28)); // dots let a little white through
  expect(await seen(1)).toBeGreaterThan(20 * Math.PI * 7 ** 2); // radius 4 units, 8 pixels, less the soft rim
  expect(await seen(0)).toBe(0);
});

test("wrong ones are ringed, until there would be nothing but rings", async () => {
  const wrong = (count: number) => Uint8Array.from({length: 20}, (_, i) => (i < count ? 1 : 0));
  const rings = (count: number) => pixels(plot({points: spread, wrong: wrong(count)}), ink);
  const [none, one, two, most] = await Promise.all([0, 1, 2, 15].map(rings));
  expect(none).toBe(0);
  expect(one).toBeGreaterThan(20);
  expect(two).toBeGreaterThan(1.5 * one);
  expect(most).toBe(0);
});

test("the shape of a map is kept: a circle stays as wide as it is high", async () => {
  const points = Float32Array.from(
    {length: 720},
    (_, i) => 3 * (i % 2 ? Math.sin : Math.cos)((i >> 1) * (Math.PI / 180)),
  );
  const {png, width, height} = scatter(plot({points, classNames: [" "]}));
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.drawImage(await loadImage(Buffer.from(png)), 0, 0);
  const {data: rgba} = context.getImageData(40, 112, 1264, 1260);
  const [xs, ys]: [number[], number[]] = [[], []];
  for (let i = 0; i < rgba.length; i += 4) {
    if (rgba[i] > 200) continue;
    xs.push((i / 4) % 1264);
    ys.push(Math.floor(i / 4 / 1264));
  }
  const extent = (values: number[]) =>
    values.reduce((a, b) => Math.max(a, b), 0) - values.reduce((a, b) => Math.min(a, b), 1e9);
  expect(Math.abs(extent(xs) - extent(ys))).toBeLessThan(4);
});

test("the same data give the same picture; none, one, and points in space give one too", () => {
  expect(scatter(plot({points: spread})).png).toEqual(scatter(plot({points: spread})).png);
  for (const n of [0, 1, 2]) expect(scatter(plot({points: new Float32Array(2 * n)})).width).toBe(1720);
  const space = plot({points: Float32Array.from({length: 30}, (_, i) => i % 7), labels: new Uint16Array(10)});
  expect(scatter(space).height).toBeGreaterThan(1400);
});

test("many classes and long names fit", () => {
  const classNames = Array.from({length: 60}, (_, k) => `class number ${k} of a great many`);
  const labels = Uint16Array.from({length: 600}, (_, i) => i % 60);
  const points = Float32Array.from({length: 1200}, (_, i) => ((i >> 1) % 60) * (i % 2 ? 1 : -1) + (i % 13) / 5);
  expect(scatter({...plot({points, labels}), classNames}).width).toBe(1720);
});

test("drawn in turns it is the same picture, byte for byte", async () => {
  let turns = 0;
  const turn = async () => {
    turns++;
  };
  const data = plot({points: spread});
  expect(await drawInTurns("scatter", data, turn)).toEqual(scatter(data));
  expect(turns).toBe(3);
});
