import {mix, type Rgb} from "../../report/client/colors";
import type {Lesson} from "../lesson";
import {contextOf} from "./elements";
import {colors} from "./palette";

/** Puts a colour at each pixel of a canvas that is made as large as the lesson's pictures. */
export function paint(
  canvas: HTMLCanvasElement,
  {shape: [height, width]}: Lesson,
  colorAt: (pixel: number) => Rgb,
): void {
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = contextOf(canvas);
  const image = context.createImageData(width, height);
  for (let p = 0; p < width * height; p++) {
    const [red, green, blue] = colorAt(p);
    image.data[4 * p] = red;
    image.data[4 * p + 1] = green;
    image.data[4 * p + 2] = blue;
    image.data[4 * p + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/**
 * The colours of a picture: ink on the page's background, or the picture's own colours if it has any. @param most Its
 * largest number, 1 or 255.
 */
export function colorsOf(
  pixels: ArrayLike<number>,
  {shape: [, , channels], isInk}: Lesson,
  {raised, ink}: {readonly raised: Rgb; readonly ink: Rgb} = colors(),
  most = 1,
): (pixel: number) => Rgb {
  if (channels === 1) {
    const shades = shadesOf(isInk ? raised : ink, isInk ? ink : raised);
    return (p) => shades[Math.round((255 * pixels[p]) / most)];
  }
  const level = (p: number, c: number) => (255 * pixels[p * channels + c]) / most;
  return (p) => [level(p, 0), level(p, 1), level(p, 2)];
}

/** 256 colours from one to another. */
const shadesOf = (from: Rgb, to: Rgb): readonly Rgb[] =>
  Array.from({length: 256}, (_, level) => mix(from, to, level / 255));

/** Shows a picture. @param ink The colour of its ink, if it has no colours of its own. */
export function paintPicture(
  canvas: HTMLCanvasElement,
  pixels: ArrayLike<number>,
  lesson: Lesson,
  {most = 1, ink}: {readonly most?: number; readonly ink?: Rgb} = {},
): void {
  const {raised, ink: usual} = colors();
  paint(canvas, lesson, colorsOf(pixels, lesson, {raised, ink: ink ?? usual}, most));
}

let last: {readonly pixels: ArrayLike<number>; readonly theme: string | undefined} | undefined;
const lastPicture = typeof document === "undefined" ? undefined : document.createElement("canvas");

/**
 * A picture in [0, 1] as a canvas of the picture's size, which can be drawn on another canvas. The last one is kept.
 */
export function pictureOf(pixels: ArrayLike<number>, lesson: Lesson): HTMLCanvasElement {
  const canvas = lastPicture ?? document.createElement("canvas");
  const {theme} = document.documentElement.dataset;
  if (last?.pixels !== pixels || last.theme !== theme) paintPicture(canvas, pixels, lesson);
  last = {pixels, theme};
  return canvas;
}
