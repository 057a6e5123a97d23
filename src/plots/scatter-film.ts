import {createCanvas} from "@napi-rs/canvas";
import {animatedPng} from "./apng";
import {classColor, INK_3, mix, type Rgb} from "./color";
import type {Figure} from "./figure";
import {drawingOrder, extentOf, placed} from "./placed";
import type {ScatterSheet} from "./scatter-sheet";
import {text} from "./text";

const SIDE = 480;
const CAPTION = 34;
/** Frames from one epoch to the next. */
const STEPS = 6;
const STEP_TIME = 80;
const REST_TIME = 900;
const LAST_TIME = 2500;
/** From white to black, for letters; the classes' colours follow them in the palette. */
const GREYS = 16;
const MOST_CLASSES = 256 - GREYS;

/**
 * The epochs' maps as an animated PNG: rests at each, and between them points glide straight from place to place. What
 * is between epochs is drawn, not measured.
 */
export function scatterFilm({title, labels, classNames, maps}: ScatterSheet): Figure {
  const n = labels.length;
  const extent = extentOf(
    maps.map(({points}) => points),
    n,
  );
  const classes = Math.min(classNames.length, MOST_CLASSES);
  const palette = [
    ...Array.from({length: GREYS}, (_, g) => mix([255, 255, 255], [0, 0, 0], g / (GREYS - 1))),
    ...Array.from({length: classes}, (_, k) => classColor(k)),
  ];
  const dot = Math.max(2, Math.min(6, Math.round(180 / Math.sqrt(n || 1))));
  const flat = drawingOrder(n);
  const frame = (points: Float32Array, caption: string): Uint8Array => {
    const pixels = new Uint8Array(SIDE * (SIDE + CAPTION));
    pixels.set(captionPixels(title, caption));
    const {xs, ys, depth} = placed(points, n, {left: 0, top: CAPTION, side: SIDE}, extent);
    for (const i of depth ? drawingOrder(n, depth) : flat) {
      const [left, top] = [Math.round(xs[i] - dot / 2), Math.round(ys[i] - dot / 2)];
      for (let y = top; y < top + dot; y++) {
        for (let x = left; x < left + dot; x++) pixels[y * SIDE + x] = GREYS + (labels[i] % classes);
      }
    }
    return pixels;
  };
  const frames = maps.flatMap(({points, caption}, m) => {
    const last = m === maps.length - 1;
    const rest = {pixels: frame(points, caption), milliseconds: last ? LAST_TIME : REST_TIME};
    if (last) return [rest];
    const next = maps[m + 1];
    const between = Array.from({length: STEPS - 1}, (_, s) => {
      const share = smooth((s + 1) / STEPS);
      const moving = points.map((v, i) => v + (next.points[i] - v) * share);
      return {pixels: frame(moving, share < 0.5 ? caption : next.caption), milliseconds: STEP_TIME};
    });
    return [rest, ...between];
  });
  const png = animatedPng({width: SIDE, height: SIDE + CAPTION, palette: bytesOf(palette), frames});
  return {width: SIDE, height: SIDE + CAPTION, png};
}

/** Starts and ends at rest. */
function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

function bytesOf(palette: readonly Rgb[]): Uint8Array {
  return Uint8Array.from(palette.flat(), Math.round);
}

/** The strip above a map in the palette's greys. */
function captionPixels(title: string, caption: string): Uint8Array {
  const context = createCanvas(SIDE, CAPTION).getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, SIDE, CAPTION);
  text(context, title, 10, 17, {size: 13, bold: true, maxWidth: SIDE - 130});
  text(context, caption, SIDE - 10, 17, {size: 13, color: INK_3, align: "right"});
  const {data} = context.getImageData(0, 0, SIDE, CAPTION);
  return Uint8Array.from({length: SIDE * CAPTION}, (_, p) => Math.round((1 - data[4 * p + 1] / 255) * (GREYS - 1)));
}
