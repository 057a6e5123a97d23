import {existsSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {type Canvas, createCanvas, loadImage} from "@napi-rs/canvas";
import {expect} from "vitest";

/** Pictures are compared at this share of their size: letters' edges differ between Chromiums, panels do not. */
const SHARE = 0.25;

/**
 * Expects a picture to look as it did when somebody last looked at it: `fixtures/looks/<name>.png`. `LOOKED=1` keeps the
 * picture as it is now, once it has been looked at; it keeps it in full under `LOOKED=<folder>` as well.
 */
export async function expectToLookAsBefore(name: string, png: Uint8Array): Promise<void> {
  const path = join(__dirname, "..", "fixtures", "looks", `${name}.png`);
  const small = await smaller(png, SHARE);
  const {LOOKED} = process.env;
  if (LOOKED) {
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, small.toBuffer("image/png"));
    if (existsSync(LOOKED)) writeFileSync(join(LOOKED, `${name}.png`), png);
  }
  const before = await smaller(readFileSync(path), 1);
  expect([small.width, small.height], `size of ${name}`).toEqual([before.width, before.height]);
  const [now, then] = [small, before].map((canvas) => pixelsOf(canvas));
  let [sum, far] = [0, 0];
  for (let at = 0; at < now.length; at++) {
    const apart = Math.abs(now[at] - then[at]);
    sum += apart;
    if (apart > 48) far++;
  }
  // another Chromium sets text a little otherwise; a panel that is gone or moved changes far more
  expect(sum / now.length, `mean difference of ${name}`).toBeLessThan(3);
  expect(far / now.length, `share of ${name} that differs`).toBeLessThan(0.01);
}

async function smaller(png: Uint8Array, share: number): Promise<Canvas> {
  const image = await loadImage(Buffer.from(png));
  const canvas = createCanvas(Math.round(image.width * share), Math.round(image.height * share));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export function pixelsOf(canvas: Canvas): Uint8ClampedArray {
  return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
}
