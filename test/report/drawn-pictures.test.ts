/** @file Pictures and what explains them, drawn onto canvases that note each call: every pixel's place and colour. */
import {afterAll, beforeAll, describe, expect, test, vi} from "vitest";

import type {Data} from "../../src/report/client/data";
import {type PageElement, pageDocument} from "../page/page-elements";

let pictures: typeof import("../../src/report/client/pictures.js");
let elements: ReturnType<typeof pageDocument>;
const hexes: {readonly [name: string]: string} = {
  ...{"--tile": "#ffffff", "--ink": "#000000", "--sal": "#00ff00", "--ok": "#0000ff", "--bad": "#ff0000"},
};
beforeAll(async () => {
  elements = pageDocument();
  vi.stubGlobal("getComputedStyle", () => ({getPropertyValue: (name: string) => hexes[name] ?? "#808080"}));
  pictures = await import("../../src/report/client/pictures.js");
});
afterAll(() => {
  vi.unstubAllGlobals();
});

const canvasOf = () => elements.create("canvas") as unknown as PageElement & HTMLCanvasElement;
const dataOf = (height: number, width: number, channels: number, levels: readonly number[]) =>
  ({image: {height, width, channels}, pixels: () => Uint8Array.from(levels)}) as unknown as Data;
/** The colours of what was put onto the canvas, pixel by pixel. */
const put = (canvas: PageElement) => {
  const {data} = canvas.image as {data: Uint8ClampedArray};
  return Array.from({length: data.length / 4}, (_, p) => [...data.subarray(4 * p, 4 * p + 4)]);
};

describe("an image", () => {
  test("of grey is ink as dense as its level, and of colours is itself", () => {
    const grey = pictures.picture(dataOf(1, 2, 1, [7, 200]), 0) as unknown as PageElement;
    expect([grey.getAttribute("class"), grey.width, grey.height]).toEqual(["pic grey", 2, 1]);
    expect(put(grey)).toEqual([
      [0, 0, 0, 7],
      [0, 0, 0, 200],
    ]);
    const colour = pictures.picture(dataOf(2, 1, 3, [1, 2, 3, 40, 50, 60]), 0) as unknown as PageElement;
    expect([colour.getAttribute("class"), colour.width, colour.height]).toEqual(["pic", 1, 2]);
    expect(put(colour)).toEqual([
      [1, 2, 3, 255],
      [40, 50, 60, 255],
    ]);
  });
});

describe("a saliency map", () => {
  const blank = dataOf(1, 3, 1, [0, 0, 255]);
  test("of magnitudes mixes its colour into a faint image", () => {
    const canvas = canvasOf();
    pictures.drawSaliency(canvas, blank, 0, Float32Array.of(0, 1, 0), {height: 1, width: 3, signed: false});
    expect(put(canvas)).toEqual([
      [255, 255, 255, 255],
      [0, 255, 0, 255],
      [173, 173, 173, 255], // 255 - 0.32 * 255
    ]);
  });

  test("with signs has a colour for and one against, by magnitude to the power of 0.8", () => {
    const canvas = canvasOf();
    pictures.drawSaliency(canvas, blank, 0, Float32Array.of(1, -0.5, 0), {height: 1, width: 3, signed: true});
    const weak = Math.round(255 * (1 - 0.5 ** 0.8));
    expect(put(canvas).slice(0, 2)).toEqual([
      [0, 0, 255, 255],
      [255, weak, weak, 255],
    ]);
  });

  test("of another size takes the image's nearest pixels", () => {
    const canvas = canvasOf();
    pictures.drawSaliency(canvas, dataOf(2, 2, 1, [0, 255, 255, 0]), 0, new Float32Array(8), {
      ...{height: 2, width: 4, signed: false},
    });
    expect(put(canvas).map(([red]) => red)).toEqual([255, 255, 173, 173, 173, 173, 255, 255]);
  });
});

test("under a map, a coloured image keeps faint colours of its own", () => {
  const canvas = canvasOf();
  const image = dataOf(1, 2, 3, [0, 0, 0, 255, 155, 55]);
  pictures.drawSaliency(canvas, image, 0, new Float32Array(2), {height: 1, width: 2, signed: true});
  expect(put(canvas)).toEqual([
    [173, 173, 173, 255],
    [255, 223, 191, 255], // 255 - 0.32 * (255 - level)
  ]);
});

describe("a head's attention", () => {
  test("is drawn in its colour, with a frame around the patch that looks", () => {
    const canvas = canvasOf();
    const blank = dataOf(4, 4, 1, Array(16).fill(0));
    const patches = {rows: 2, columns: 2, side: 2};
    pictures.drawAttention(canvas, blank, 0, Float32Array.of(0, 0, 0, 1), patches, {from: 3});
    const colours = put(canvas).map(([red]) => red);
    expect(colours).toEqual([255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 255, 255, 0, 0]);
    expect(canvas.drawn("strokeRect")).toEqual([[2.5, 2.5, 1, 1]]);
  });

  test("has no frame if no patch looks", () => {
    const canvas = canvasOf();
    const blank = dataOf(2, 2, 1, [0, 0, 0, 0]);
    pictures.drawAttention(canvas, blank, 0, Float32Array.of(1, 0, 0, 0), {rows: 2, columns: 2, side: 1});
    expect(canvas.drawn("strokeRect")).toEqual([]);
  });
});

describe("LIME's segments", () => {
  const blank = dataOf(2, 2, 1, [0, 0, 0, 0]);
  const lime = {height: 2, width: 2, pieces: Uint8Array.of(0, 0, 1, 2), weights: [1, -0.5, 0.01]};

  test("are drawn pixel by pixel, magnified, and too weak ones get no colour", () => {
    const canvas = canvasOf();
    pictures.drawLime(canvas, blank, 0, lime, 4);
    expect([canvas.width, canvas.height]).toEqual([4, 4]);
    expect(canvas.drawn("fillRect")).toEqual([
      [0, 0, 2, 2],
      [2, 0, 2, 2],
      [0, 2, 2, 2],
      [2, 2, 2, 2],
    ]);
    expect(canvas.drawn("moveTo")).toEqual([]); // no room for hatching and outlines
  });

  test("have hatching where they speak against, and lines between them, if there is room", () => {
    const canvas = canvasOf();
    pictures.drawLime(canvas, blank, 0, lime, 20);
    const lines = canvas.drawn("moveTo").map((from, n) => [from, canvas.drawn("lineTo")[n]]);
    expect(lines).toEqual([
      // across the pixel that speaks against
      [
        [0, 20],
        [10, 10],
      ],
      // below both pixels of the first segment, and between the other two
      [
        [0, 10],
        [10, 10],
      ],
      [
        [10, 10],
        [20, 10],
      ],
      [
        [10, 10],
        [10, 20],
      ],
    ]);
  });
});
