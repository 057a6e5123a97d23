import {mkdirSync, renameSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {createCanvas} from "@napi-rs/canvas";

import {randomSource} from "../../src/nouns/random";

const CLASSES = ["circle", "square", "triangle"] as const;
const SIZE = 32;

/** Pictures put into a folder that is not theirs: `circle/…` shows a square, and so on. */
const MISPLACED = [
  ["square", 17, "circle"],
  ["triangle", 88, "circle"],
  ["circle", 140, "square"],
  ["square", 199, "triangle"],
] as const;

/**
 * Writes a folder of 600 pictures: circles, squares and triangles of any colour and size, anywhere, on noise; four of them
 * in the wrong folder.
 *
 * @returns The paths of those four, from the folder.
 */
export function writeMislabelledShapes(folder: string, perClass = 200, seed = 1): string[] {
  const random = randomSource(seed);
  for (const [k, name] of CLASSES.entries()) {
    mkdirSync(join(folder, name), {recursive: true});
    for (let n = 0; n < perClass; n++) writeFileSync(join(folder, name, nameOf(k, n)), picture(k, random));
  }
  return MISPLACED.map(([from, n, to]) => {
    const file = nameOf(CLASSES.indexOf(from), n);
    renameSync(join(folder, from, file), join(folder, to, file));
    return `${to}/${file}`;
  });
}

/** A file name as a camera would choose it: it does not say what is in the picture. */
function nameOf(k: number, n: number): string {
  return `IMG_${1000 + (((n * 3 + k) * 7) % 4999)}.png`;
}

function picture(k: number, random: () => number): Buffer {
  const canvas = createCanvas(SIZE, SIZE);
  const context = canvas.getContext("2d");
  const image = context.createImageData(SIZE, SIZE);
  for (let p = 0; p < SIZE * SIZE; p++) {
    for (let c = 0; c < 3; c++) image.data[4 * p + c] = 40 + 70 * random();
    image.data[4 * p + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  context.fillStyle = `rgb(${Array.from({length: 3}, () => Math.round(130 + 125 * random()))})`;
  const r = SIZE * (0.2 + 0.12 * random());
  const [x, y] = [r + (SIZE - 2 * r) * random(), r + (SIZE - 2 * r) * random()];
  context.beginPath();
  if (k === 0) context.arc(x, y, r, 0, 2 * Math.PI);
  else if (k === 1) context.rect(x - 0.85 * r, y - 0.85 * r, 1.7 * r, 1.7 * r);
  else {
    context.moveTo(x, y - r);
    context.lineTo(x + r, y + 0.8 * r);
    context.lineTo(x - r, y + 0.8 * r);
  }
  context.fill();
  return canvas.toBuffer("image/png");
}
