import {classColor, css, INK, INK_2, INK_3, LINE, looksOf, type Rgb} from "./color";
import {densest} from "./densest";
import {type Canvas2D, type Sheet, sheetOf} from "./figure";
import {fitted} from "./fitted";
import {affordable, around, broughtInside, placeLabels} from "./labels";
import {drawMark} from "./mark-paths";
import {onPixels, point} from "./pixels";
import {drawingOrder, placed} from "./placed";
import {text, textWidth} from "./text";

export interface Scatter {
  readonly title: string;
  /** `points[i * dimensions + d]`, with two or three dimensions; the unit has no meaning. */
  readonly points: Float32Array;
  /** The class of each point, which decides its colour. */
  readonly labels: Uint16Array;
  readonly classNames: readonly string[];
  /** 1 if the network is wrong about the point; empty if there is no network. */
  readonly wrong: Uint8Array;
  /** The lines of small print in the corner. */
  readonly notes: readonly string[];
}

const SIDE = 640;
const LEGEND = 188;
/** The room for a line of small print, in units; a longer line is shortened in its middle. */
export const NOTES_WIDTH = SIDE + LEGEND;
const TOP = 52;
const SQUARE = {left: 16, top: TOP, side: SIDE};
/** If a larger share than this is wrong, no rings are drawn, because they would hide everything else. */
const MOST_RINGS = 0.2;
/** How much larger than discs marks must be, so that they can be told apart. */
const MARKED = 1.35;
const LEGEND_ROWS = 24;
/** The greatest width of a name on the map. */
const LONGEST = 170;

/**
 * Draws a map of points, coloured by class. Classes are named where they are densest, and misclassified points get a
 * ring.
 */
export function scatter({title, points, labels, classNames, wrong, notes}: Scatter): Sheet {
  const n = labels.length;
  const {xs, ys, depth} = placed(points, n, SQUARE);
  const radius = Math.max(1.1, Math.min(4, 110 / Math.sqrt(n || 1)));
  const errors = wrong.reduce((sum, w) => sum + w, 0);
  const ringed = errors <= MOST_RINGS * n;
  const order = drawingOrder(n, depth);
  const looks = looksOf(classNames);
  const height = TOP + SIDE + 24 + 15 * notes.length;
  return sheetOf(SIDE + LEGEND + 32, height, (context) => {
    text(context, title, 16, 26, {size: 17, bold: true, maxWidth: SIDE + LEGEND});
    onPixels(context, {left: 16, top: TOP, width: SIDE, height: SIDE}, (pixels) => {
      for (const i of order) {
        const opacity = depth ? 0.35 + 0.5 * depth[i] : 0.72;
        const {mark, color} = looks[labels[i]];
        const size = mark === "disc" ? radius : radius * MARKED;
        point(pixels, mark, pixels.x(xs[i]), pixels.y(ys[i]), size * pixels.scale, color, opacity);
      }
    });
    context.strokeStyle = LINE;
    context.strokeRect(16.5, TOP + 0.5, SIDE - 1, SIDE - 1);
    if (ringed) for (const i of order) if (wrong[i]) ring(context, xs[i], ys[i], radius + 1.6);
    nameClasses(context, xs, ys, labels, classNames, wrong);
    legend(context, labels, wrong, classNames, ringed, errors);
    notes.forEach((note, line) => {
      text(context, note, 16, TOP + SIDE + 16 + 15 * line, {size: 11, color: INK_3, maxWidth: NOTES_WIDTH});
    });
  });
}

function dot(context: Canvas2D, x: number, y: number, radius: number, color: Rgb, opacity: number): void {
  context.fillStyle = css(color, opacity);
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function ring(context: Canvas2D, x: number, y: number, radius: number): void {
  context.strokeStyle = INK;
  context.lineWidth = 0.9;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

/**
 * Places names where their classes are densest, or beside this place if another name is there. Classes with the most
 * mistakes come first, then those with the most points, so that the names without room are the least important ones.
 */
function nameClasses(
  context: Canvas2D,
  xs: Float64Array,
  ys: Float64Array,
  labels: Uint16Array,
  classNames: readonly string[],
  wrong: Uint8Array,
): void {
  const size = classNames.length > 12 ? 13 : 17;
  const [counts, mistakes] = [new Uint32Array(classNames.length), new Uint32Array(classNames.length)];
  labels.forEach((label, i) => {
    counts[label]++;
    mistakes[label] += wrong[i] ?? 0;
  });
  const bounds = {left: 16, top: TOP, right: 16 + SIDE, bottom: TOP + SIDE};
  const middles = densest(xs, ys, labels, classNames.length, SQUARE);
  const ranked = Array.from(classNames.keys())
    .filter((k) => middles[k])
    .sort((a, b) => mistakes[b] - mistakes[a] || counts[b] - counts[a] || a - b);
  const style = {size, bold: true};
  const names = ranked.map((k) => {
    const name = fitted(classNames[k], LONGEST, (some) => textWidth(some, style));
    const [width, height] = [textWidth(name, style) + 4, size * 1.15];
    const [x, y] = broughtInside(middles[k] ?? [0, 0], width, height, bounds);
    return {k, name, width, height, places: around(x, y, width, height)};
  });
  const shown = affordable(names, bounds);
  placeLabels(shown, bounds).forEach((box, n) => {
    if (!box) return;
    const {k, name} = shown[n];
    const color = css(classColor(k, classNames.length));
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    text(context, name, x, y, {...style, color, halo: "#ffffffe6", align: "center"});
  });
}

function legend(
  context: Canvas2D,
  labels: Uint16Array,
  wrong: Uint8Array,
  classNames: readonly string[],
  ringed: boolean,
  errors: number,
): void {
  const left = 16 + SIDE + 18;
  text(context, "class", left, TOP + 8, {size: 11, color: INK_3});
  const judged = wrong.length > 0;
  text(context, judged ? "wrong / all" : "points", left + LEGEND - 34, TOP + 8, {
    size: 11,
    color: INK_3,
    align: "right",
  });
  const counts = classNames.map(() => (judged ? [0, 0] : [0]));
  labels.forEach((label, i) => {
    if (judged) counts[label][0] += wrong[i];
    counts[label][judged ? 1 : 0]++;
  });
  const looks = looksOf(classNames);
  const shown = Math.min(classNames.length, LEGEND_ROWS);
  // if there is not room for all classes, those with the most mistakes
  const ranked = Array.from(classNames.keys()).sort((a, b) => counts[b][0] - counts[a][0] || a - b);
  const listed = shown < classNames.length ? ranked.slice(0, shown) : Array.from(classNames.keys());
  for (const [row, k] of listed.entries()) {
    const y = TOP + 30 + 21 * row;
    context.fillStyle = css(looks[k].color);
    drawMark(context, looks[k].mark, left + 6, y, 5.5);
    text(context, classNames[k], left + 20, y, {size: 13, maxWidth: 76});
    text(context, counts[k].map((count) => count.toLocaleString("en")).join(" / "), left + LEGEND - 34, y, {
      size: 11,
      color: INK_2,
      align: "right",
    });
  }
  let y = TOP + 36 + 21 * shown;
  if (shown < classNames.length)
    text(
      context,
      `and ${classNames.length - shown} more, with ${judged ? "fewer mistakes" : "fewer points"}`,
      left,
      y,
      {size: 11, color: INK_3},
    );
  y += 22;
  if (!judged) return;
  if (ringed) {
    dot(context, left + 6, y, 3, [0x9a, 0xa1, 0xab], 0.8);
    ring(context, left + 6, y, 5.2);
    text(context, "misclassified", left + 20, y, {size: 12, color: INK_2});
  } else {
    const share = `${Math.round((100 * errors) / labels.length)}% misclassified:`;
    text(context, share, left, y, {size: 11, color: INK_2});
    text(context, "too many to ring", left, y + 15, {size: 11, color: INK_2});
  }
}
