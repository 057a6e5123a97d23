import {createCanvas} from "@napi-rs/canvas";
import {type AnimationFrame, animatedPng} from "./apng";
import {classColor, INK_3, mix, type Rgb} from "./color";
import type {Figure} from "./figure";
import {drawingOrder, extentOf, placed} from "./placed";
import type {ScatterSheet, SheetMap} from "./scatter-sheet";
import {text} from "./text";

const SIDE = 480;
const CAPTION = 34;
/** How many bytes lie between the beginnings of two rows: a filter byte, and a place in the palette for each pixel. */
const ROW = SIDE + 1;
/** How many frames there are from one epoch to the next. */
const STEPS = 6;
const STEP_TIME = 80;
const REST_TIME = 900;
const LAST_TIME = 2500;
/** How many greys there are from white to black, for letters; the classes' colours follow them in the palette. */
const GREYS = 16;
const MOST_CLASSES = 256 - GREYS;

/**
 * Draws the epochs' maps as an animated PNG. It rests at each map, and between two maps points move straight from place
 * to place. The frames between epochs are drawn, not measured.
 *
 * @param turn A function that is awaited after every frame, which takes some milliseconds.
 */
export async function scatterFilm(
  {title, labels, classNames, maps}: ScatterSheet,
  turn: () => Promise<void>,
): Promise<Figure> {
  const n = labels.length;
  const extent = extentOf(
    maps.map(({points}) => points),
    n,
  );
  const classes = Math.min(classNames.length, MOST_CLASSES);
  const palette = [
    ...Array.from({length: GREYS}, (_, g) => mix([255, 255, 255], [0, 0, 0], g / (GREYS - 1))),
    ...Array.from({length: classes}, (_, k) => classColor(k, classNames.length)),
  ];
  const dot = Math.max(2, Math.min(6, Math.round(180 / Math.sqrt(n || 1))));
  const flat = drawingOrder(n);
  const colors = labels.map((label) => GREYS + (label % classes));
  const captions = new Map<string, Uint8Array>();
  const rows = new Uint8Array((CAPTION + SIDE) * ROW);
  function* frames(): Generator<AnimationFrame> {
    for (const {points, caption, milliseconds} of moments(maps)) {
      const strip = captions.get(caption) ?? captionRows(title, caption);
      captions.set(caption, strip);
      rows.set(strip);
      rows.fill(0, strip.length);
      const {xs, ys, depth} = placed(points, n, {left: 0, top: CAPTION, side: SIDE}, extent);
      drawDots(rows, xs, ys, colors, dot, depth ? drawingOrder(n, depth) : flat);
      yield {rows, milliseconds};
    }
  }
  const size = {width: SIDE, height: CAPTION + SIDE};
  const content = dot > 2 ? "flat" : "detailed"; // rows of small dots never repeat
  return {...size, png: await animatedPng({...size, palette: bytesOf(palette), content, frames: frames()}, turn)};
}

/** The places of the points, frame by frame. Between epochs, the same array is used again. */
function* moments(
  maps: readonly SheetMap[],
): Generator<{readonly points: Float32Array; readonly caption: string; readonly milliseconds: number}> {
  for (const [m, {points, caption}] of maps.entries()) {
    const next = maps[m + 1];
    yield {points, caption, milliseconds: next ? REST_TIME : LAST_TIME};
    if (!next) return;
    const moving = new Float32Array(points.length);
    for (let step = 1; step < STEPS; step++) {
      const share = smooth(step / STEPS);
      for (let i = 0; i < moving.length; i++) moving[i] = points[i] + (next.points[i] - points[i]) * share;
      yield {points: moving, caption: share < 0.5 ? caption : next.caption, milliseconds: STEP_TIME};
    }
  }
}

/** Draws squares of `dot` pixels, each with its own colour in the palette. */
function drawDots(
  rows: Uint8Array,
  xs: Float64Array,
  ys: Float64Array,
  colors: Uint16Array,
  dot: number,
  order: Uint32Array,
): void {
  for (let k = 0; k < order.length; k++) {
    const i = order[k];
    const first = Math.round(ys[i] - dot / 2) * ROW + 1 + Math.round(xs[i] - dot / 2);
    const color = colors[i];
    for (let row = first; row < first + dot * ROW; row += ROW) {
      for (let at = row; at < row + dot; at++) rows[at] = color;
    }
  }
}

/** A movement from 0 to 1 that starts and ends slowly. */
function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

function bytesOf(palette: readonly Rgb[]): Uint8Array {
  return Uint8Array.from(palette.flat(), Math.round);
}

/** Draws the strip above a map in the palette's greys. */
function captionRows(title: string, caption: string): Uint8Array {
  const context = createCanvas(SIDE, CAPTION).getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, SIDE, CAPTION);
  text(context, title, 10, 17, {size: 13, bold: true, maxWidth: SIDE - 130});
  text(context, caption, SIDE - 10, 17, {size: 13, color: INK_3, align: "right"});
  const {data} = context.getImageData(0, 0, SIDE, CAPTION);
  const rows = new Uint8Array(CAPTION * ROW);
  for (let y = 0; y < CAPTION; y++) {
    for (let x = 0; x < SIDE; x++) {
      const green = data[4 * (y * SIDE + x) + 1];
      rows[y * ROW + 1 + x] = Math.round((1 - green / 255) * (GREYS - 1));
    }
  }
  return rows;
}
