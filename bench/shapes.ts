import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {createCanvas} from "@napi-rs/canvas";

import {randomSource} from "../src/nouns/random";

/** @file A set of drawn shapes as own pictures are: any place, size, turn and colour, on a coloured ground, with noise. */

const CLASSES = ["cross", "disc", "ring", "square", "star", "triangle"] as const;
type Shape = (typeof CLASSES)[number];
const SIDE = 64;

/** Corners of a shape of radius 1; a disc and a ring have none. */
const CORNERS: {readonly [shape in Shape]?: readonly (readonly [x: number, y: number])[]} = {
  cross: crossOf(0.36),
  square: ring(4, () => 1),
  star: ring(10, (i) => (i % 2 ? 0.42 : 1)),
  triangle: ring(3, () => 1),
};

function ring(count: number, radius: (i: number) => number): [number, number][] {
  return Array.from({length: count}, (_, i) => {
    const angle = (2 * Math.PI * i) / count;
    return [radius(i) * Math.cos(angle), radius(i) * Math.sin(angle)];
  });
}

/** Two bars of half the width `w`, crossed. */
function crossOf(w: number): [number, number][] {
  const corner: [number, number][] = [
    [1, -w],
    [1, w],
    [w, w],
  ];
  return [0, 1, 2, 3].flatMap((quarter) =>
    corner.map(([x, y]): [number, number] => {
      for (let i = 0; i < quarter; i++) [x, y] = [-y, x];
      return [x, y];
    }),
  );
}

/**
 * Writes a folder of 64 x 64 PNGs for each of six shapes.
 *
 * @param count Pictures in all.
 */
export function writeShapeSet(folder: string, count: number, seed = 1): void {
  const random = randomSource(seed);
  for (const name of CLASSES) mkdirSync(join(folder, name), {recursive: true});
  for (let n = 0; n < count; n++) {
    const shape = CLASSES[n % CLASSES.length];
    const canvas = createCanvas(SIDE, SIDE);
    const context = canvas.getContext("2d");
    const [ground, ink] = colors(random);
    context.fillStyle = ground;
    context.fillRect(0, 0, SIDE, SIDE);
    const radius = SIDE * (0.14 + 0.2 * random());
    const [x, y] = [radius + (SIDE - 2 * radius) * random(), radius + (SIDE - 2 * radius) * random()];
    context.translate(x, y);
    context.rotate(2 * Math.PI * random());
    context.scale(radius, radius);
    context.fillStyle = ink;
    context.beginPath();
    const corners = CORNERS[shape];
    if (corners) {
      for (const [i, [cx, cy]] of corners.entries()) i === 0 ? context.moveTo(cx, cy) : context.lineTo(cx, cy);
      context.closePath();
    } else {
      context.arc(0, 0, 1, 0, 2 * Math.PI);
      if (shape === "ring") context.arc(0, 0, 0.55, 0, 2 * Math.PI, true);
    }
    context.fill();
    const image = context.getImageData(0, 0, SIDE, SIDE);
    addNoise(image.data, random);
    context.putImageData(image, 0, 0);
    writeFileSync(join(folder, shape, `${`${n}`.padStart(4, "0")}.png`), canvas.toBuffer("image/png"));
  }
}

/** Two colours that differ by 60 of 255 or more in some channel. */
function colors(random: () => number): [string, string] {
  for (;;) {
    const [a, b] = [0, 1].map(() => [0, 1, 2].map(() => Math.round(20 + 215 * random())));
    if (a.some((level, c) => Math.abs(level - b[c]) >= 60)) return [`rgb(${a})`, `rgb(${b})`];
  }
}

/** Up to 40 of 255 more or less, each channel of each pixel by itself. */
function addNoise(levels: Uint8ClampedArray, random: () => number): void {
  for (let i = 0; i < levels.length; i++) if (i % 4 !== 3) levels[i] += Math.round(80 * (random() - 0.5));
}

if (require.main === module) writeShapeSet(process.argv[2], Number(process.argv[3] ?? 3000));
