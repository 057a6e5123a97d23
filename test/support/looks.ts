import {existsSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {type Canvas, createCanvas, loadImage} from "@napi-rs/canvas";
import {expect} from "vitest";

/** How alike two pictures must be. */
export interface Likeness {
  /** They are compared at this share of their size. */
  readonly share: number;
  /** The mean difference of their bytes must be below this. */
  readonly mean: number;
  /** The share of bytes that differ by more than 48 must be below this. */
  readonly far: number;
}

/**
 * The tolerances for pages: another Chromium sets text slightly differently; a panel that is missing or moved changes
 * far more.
 */
const PAGE: Likeness = {share: 0.25, mean: 3, far: 0.01};

/**
 * Expects a picture to look as it did when somebody last looked at it: `fixtures/looks/<name>.png`. `LOOKED=1` keeps the
 * picture as it is now, once it has been looked at; it keeps it in full under `LOOKED=<folder>` as well.
 */
export async function expectToLookAsBefore(
  name: string,
  png: Uint8Array,
  {share, mean, far: most}: Likeness = PAGE,
): Promise<void> {
  const path = join(__dirname, "..", "fixtures", "looks", `${name}.png`);
  const small = await smaller(png, share);
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
  expect(sum / now.length, `mean difference of ${name}`).toBeLessThan(mean);
  expect(far / now.length, `share of ${name} that differs`).toBeLessThan(most);
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
