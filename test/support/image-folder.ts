import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {createCanvas} from "@napi-rs/canvas";

import {randomSource} from "../../src/nouns/random";

export const SHAPES = ["disc", "square", "stripes"] as const;

export interface ShapeFolder {
  readonly perClass: number;
  readonly size?: readonly [width: number, height: number];
  readonly colored?: boolean;
  readonly seed?: number;
}

/** Writes a folder of pictures for each of three classes: a disc, a square or stripes, anywhere, in some colour. */
export function writeShapes(path: string, {perClass, size = [24, 24], colored = true, seed = 1}: ShapeFolder): string {
  const random = randomSource(seed);
  const [width, height] = size;
  const color = () => {
    const levels = Array.from({length: 3}, () => Math.round(60 + 190 * random()));
    return `rgb(${colored ? levels : [levels[0], levels[0], levels[0]]})`;
  };
  for (const [k, name] of SHAPES.entries()) {
    mkdirSync(join(path, name), {recursive: true});
    for (let n = 0; n < perClass; n++) {
      const canvas = createCanvas(width, height);
      const context = canvas.getContext("2d");
      context.fillStyle = "#101010";
      context.fillRect(0, 0, width, height);
      context.fillStyle = color();
      const r = Math.min(width, height) * (0.18 + 0.1 * random());
      const [x, y] = [r + (width - 2 * r) * random(), r + (height - 2 * r) * random()];
      if (k === 0) context.arc(x, y, r, 0, 2 * Math.PI);
      else if (k === 1) context.rect(x - r, y - r, 2 * r, 2 * r);
      else for (let s = 0; s < 3; s++) context.rect(x - r, y - r + s * r * 0.8, 2 * r, r * 0.35);
      context.fill();
      writeFileSync(join(path, name, `${n}.png`), canvas.toBuffer("image/png"));
    }
  }
  return path;
}
