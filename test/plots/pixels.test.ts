import {createCanvas, loadImage} from "@napi-rs/canvas";
import {expect, test} from "vitest";
import {randomSource} from "../../src/nouns/random";
import {figure} from "../../src/plots/figure";
import {type ImageMap, imageMap} from "../../src/plots/image-map";
import {disc, onPixels} from "../../src/plots/pixels";
import {opaquePng, rgbPng, rgbRows} from "../../src/plots/png";

async function decoded(png: Uint8Array): Promise<{width: number; height: number; data: Uint8ClampedArray}> {
  const image = await loadImage(Buffer.from(png));
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const {data} = context.getImageData(0, 0, image.width, image.height);
  return {width: image.width, height: image.height, data};
}

test.each([
  [37, 11],
  [1, 5],
  [3, 4],
  [64, 3],
])("a picture of %d × %d as PNG is read back pixel for pixel by another program's decoder", async (width, height) => {
  const pixels = Uint8Array.from({length: 4 * width * height}, (_, i) => (i % 4 === 3 ? 255 : (i * 7919) % 251));
  const read = await decoded(opaquePng(pixels.slice(), width, height));
  expect([read.width, read.height]).toEqual([width, height]);
  expect(Array.from(read.data)).toEqual(Array.from(pixels));
});

const drawnMap = (images: ImageMap) => imageMap(images, async () => {});

test("detail, packed as runs alone, is read back pixel for pixel too", async () => {
  const [width, height] = [50, 20];
  const random = randomSource(1);
  const pixels = Uint8Array.from({length: 4 * width * height}, (_, i) => (i % 4 === 3 ? 255 : 256 * random()));
  const read = await decoded(rgbPng(rgbRows(pixels.slice(), width, height), width, height, "detailed"));
  expect(Array.from(read.data)).toEqual(Array.from(pixels));
});

test("a disc is the circle that the canvas draws, to a few levels at its edge", async () => {
  const place = {left: 10, top: 5, width: 40, height: 40};
  const ours = figure(60, 60, (context) => {
    onPixels(context, place, (p) => disc(p, p.x(30.3), p.y(22.8), 6.4 * p.scale, [10, 60, 200], 0.7));
  });
  const theirs = figure(60, 60, (context) => {
    context.fillStyle = "rgba(10, 60, 200, 0.7)";
    context.beginPath();
    context.arc(30.3, 22.8, 6.4, 0, 2 * Math.PI);
    context.fill();
  });
  const [a, b] = [(await decoded(ours.png)).data, (await decoded(theirs.png)).data];
  let worst = 0;
  let sum = 0;
  a.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(value - b[i]));
    sum += value - b[i];
  });
  expect(worst).toBeLessThan(32); // an eighth: coverage by the edge's distance against coverage by area
  expect(Math.abs(sum) / (Math.PI * 12.8 ** 2)).toBeLessThan(2); // and no darker or paler as a whole
});

test("a disc that hangs over the square's edge is cut there, and nothing wraps around", async () => {
  const {png} = figure(40, 40, (context) => {
    onPixels(context, {left: 10, top: 10, width: 20, height: 20}, (p) => disc(p, p.x(10), p.y(20), 8, [0, 0, 0], 1));
  });
  const {data, width} = await decoded(png);
  const inked: number[] = [];
  for (let p = 0; p < data.length / 4; p++) if (data[4 * p] < 255) inked.push(p % width);
  expect(Math.min(...inked)).toBe(20); // twice 10
  expect(Math.max(...inked)).toBeLessThan(29);
});

test("an image stands around its point on the image map, grey ones in their class's ink", async () => {
  const pixels = new Uint8Array(2 * 4 * 4);
  pixels.fill(255, 0, 16); // the second image is empty
  const map = await drawnMap({
    title: "two",
    points: Float32Array.of(0, 0, 1, 1),
    labels: Uint16Array.of(3, 4),
    classes: 10,
    pixels,
    height: 4,
    width: 4,
    channels: 1,
  });
  const {data, width} = await decoded(map.png);
  const inked = new Set<string>();
  for (let p = 100 * width; p < data.length / 4; p++) {
    const color = `${data.slice(4 * p, 4 * p + 3)}`;
    if (color !== "255,255,255") inked.add(color);
  }
  expect([...inked]).toEqual(["190,11,94"]); // class 3's
});

test("what is blank of an image is passed over without a trace: nearly blank, it is a level off at most", async () => {
  const random = randomSource(4);
  const sparse = Uint8Array.from({length: 2 * 9 * 9}, (_, p) => (p % 9 > 1 && random() < 0.15 ? 256 * random() : 0));
  const map = (pixels: Uint8Array) =>
    drawnMap({
      title: "",
      points: Float32Array.of(0, 0, 1, 1),
      labels: Uint16Array.of(0, 1),
      classes: 2,
      pixels,
      height: 9,
      width: 9,
      channels: 1,
    });
  const [a, b] = [await decoded((await map(sparse)).png), await decoded((await map(sparse.map((v) => v || 1))).png)];
  expect(a.data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b.data[i])), 0)).toBe(1);
});
