import {createCanvas} from "@napi-rs/canvas";
import {animatedPng} from "./apng";
import {classColor, css, INK, INK_3, mix, type Rgb} from "./color";
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
const SHADES = [0, 0.25, 0.5, 0.75];
const WHITE: Rgb = [255, 255, 255];

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
  const palette = paletteOf(Math.min(classNames.length, 50));
  const nearest = nearestColor(palette);
  const radius = Math.max(0.9, Math.min(3, 90 / Math.sqrt(n || 1)));
  const canvas = createCanvas(SIDE, SIDE + CAPTION);
  const context = canvas.getContext("2d");
  const frame = (points: Float32Array, caption: string): Uint8Array => {
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, SIDE, SIDE + CAPTION);
    text(context, title, 10, 17, {size: 13, bold: true, maxWidth: SIDE - 130});
    text(context, caption, SIDE - 10, 17, {size: 13, color: INK_3, align: "right"});
    const {xs, ys, depth} = placed(points, n, {left: 0, top: CAPTION, side: SIDE}, extent);
    for (const i of drawingOrder(n, depth)) {
      context.fillStyle = css(classColor(labels[i]));
      context.beginPath();
      context.arc(xs[i], ys[i], radius, 0, 2 * Math.PI);
      context.fill();
    }
    const {data} = context.getImageData(0, 0, SIDE, SIDE + CAPTION);
    return Uint8Array.from({length: data.length / 4}, (_, p) => nearest(data[4 * p], data[4 * p + 1], data[4 * p + 2]));
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
  const png = animatedPng({width: SIDE, height: SIDE + CAPTION, palette: Uint8Array.from(palette.flat()), frames});
  return {width: SIDE, height: SIDE + CAPTION, png};
}

/** Starts and ends at rest. */
function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

/** Every class's colour in four shades towards white, and greys: what dots and letters are made of. */
function paletteOf(classes: number): Rgb[] {
  const shades = Array.from({length: classes}, (_, k) =>
    SHADES.map((share) => mix(classColor(k), WHITE, share)),
  ).flat();
  const ink: Rgb = [
    Number.parseInt(INK.slice(1, 3), 16),
    Number.parseInt(INK.slice(3, 5), 16),
    Number.parseInt(INK.slice(5), 16),
  ];
  const greys = Array.from({length: 12}, (_, g) => mix(WHITE, ink, g / 11));
  return [...greys, ...shades].map(([r, g, b]) => [Math.round(r), Math.round(g), Math.round(b)] as const);
}

/** @returns The palette's place nearest to a colour, told by its five highest bits. */
function nearestColor(palette: readonly Rgb[]): (red: number, green: number, blue: number) => number {
  const known = new Int16Array(32 ** 3).fill(-1);
  return (red, green, blue) => {
    const key = ((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3);
    if (known[key] >= 0) return known[key];
    const distances = palette.map(([r, g, b]) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2);
    known[key] = distances.indexOf(Math.min(...distances));
    return known[key];
  };
}
