import {AGAINST, css, FOR, INK_2, INK_3, LINE, mix} from "./color";
import {drawExplained, drawPlain, type Size, type Weighted} from "./explained-image";
import {type Canvas2D, type Sheet, sheetOf} from "./figure";
import {text} from "./text";

export interface LimeSteps extends Size, Weighted {
  readonly title: string;
  readonly pixels: Float32Array;
  readonly explainedName: string;
  /** The weighted R² of the fit; null if hiding segments never changed the answer. */
  readonly r2: number | null;
  /** A few masked images, and the network's answers to them. */
  readonly examples: readonly {
    readonly pixels: Float32Array;
    readonly kept: number;
    readonly probability: number;
    /** The weight of the masked image; the image itself has 1. */
    readonly weight: number;
  }[];
  /**
   * For every mask: how many segments it keeps, the network's answer for the class, the fit's answer, and the mask's
   * weight.
   */
  readonly kept: Uint32Array;
  readonly answers: Float32Array;
  readonly fitted: Float32Array;
  readonly maskWeights: Float64Array;
  /** The classes to which masked images are assigned, by mean probability, the highest first. */
  readonly classes: readonly {readonly name: string; readonly mean: number}[];
}

const COLUMN = 264;
const SIDE = 236;
const TOP = 104;

/** A sheet that shows LIME in four steps, with one image's own masks, answers and fit. */
export function limeSteps(data: LimeSteps): Sheet {
  const {title, height, width, pixels, segments} = data;
  const zoom = SIDE / Math.max(height, width);
  return sheetOf(16 + 4 * COLUMN, TOP + 2 * SIDE + 76, (context) => {
    text(context, title, 16, 24, {size: 17, bold: true, maxWidth: 4 * COLUMN - 16});
    const heads = [
      ["1  Cut into segments, hide some", "at random, again and again"],
      ["2  Ask the network about each", `how sure is it of ${data.explainedName}?`],
      ["3  Fit a line, near masks first", "from what was kept to the answer"],
      ["4  Read its weights", "each segment's pull on the answer"],
    ];
    heads.forEach(([head, line], column) => {
      text(context, head, 16 + column * COLUMN, TOP - 46, {size: 13, bold: true, maxWidth: COLUMN - 14});
      text(context, line, 16 + column * COLUMN, TOP - 28, {size: 11, color: INK_2, maxWidth: COLUMN - 14});
    });
    drawPlain(context, pixels, data, segments, 16, TOP, zoom);
    drawExamples(context, data, 16, TOP + SIDE + 24);
    drawAnswers(context, data, 16 + COLUMN, TOP);
    drawKept(context, data, 16 + COLUMN, TOP + SIDE + 24);
    drawFit(context, data, 16 + 2 * COLUMN, TOP);
    drawExplained(context, pixels, data, data, 16 + 3 * COLUMN, TOP, zoom);
    drawClasses(context, data, 16 + 2 * COLUMN, TOP + SIDE + 24);
    drawWeights(context, data, 16 + 3 * COLUMN, TOP + SIDE + 24);
  });
}

function drawExamples(context: Canvas2D, data: LimeSteps, x: number, y: number): void {
  const zoom = (SIDE - 14) / 2 / Math.max(data.height, data.width);
  data.examples.slice(0, 4).forEach(({pixels, kept, probability}, n) => {
    const left = x + (n % 2) * ((SIDE - 14) / 2 + 14);
    const top = y + Math.floor(n / 2) * ((SIDE - 14) / 2 + 22);
    drawPlain(context, pixels, data, undefined, left, top, zoom);
    const words = `keeps ${kept}: ${(100 * probability).toFixed(0)}%`;
    text(context, words, left, top + data.height * zoom + 10, {size: 10, color: INK_2});
  });
}

/** Draws every mask's answer over the number of segments that it keeps; a mask with more weight is darker. */
function drawAnswers(
  context: Canvas2D,
  {kept, answers, maskWeights, weights, explainedName}: LimeSteps,
  x: number,
  y: number,
): void {
  frame(context, x, y, "0", `${weights.length} segments kept`, `P(${explainedName})`);
  dots(context, maskWeights, x, y, (n) => [kept[n] / weights.length, answers[n]]);
}

/** Draws the fit's answer against the network's; on the diagonal, the two agree. */
function drawFit(context: Canvas2D, {answers, fitted, maskWeights, r2}: LimeSteps, x: number, y: number): void {
  frame(context, x, y, "0", "the fit's answer: 1", "the network's");
  context.strokeStyle = INK_3;
  context.beginPath();
  context.moveTo(x, y + SIDE);
  context.lineTo(x + SIDE, y);
  context.stroke();
  dots(context, maskWeights, x, y, (n) => [fitted[n], answers[n]]);
  const trust = r2 === null ? "nothing changes the answer" : `weighted R² ${r2.toFixed(2)}`;
  text(context, trust, x + SIDE - 8, y + SIDE - 14, {size: 12, bold: true, align: "right"});
}

function drawKept(context: Canvas2D, {kept, weights}: LimeSteps, x: number, y: number): void {
  const counts = new Uint32Array(weights.length + 1);
  for (const k of kept) counts[k]++;
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const high = SIDE - 40;
  text(context, "masks by how many segments they keep", x, y + 4, {size: 11, color: INK_2});
  const bar = SIDE / counts.length;
  context.fillStyle = css(mix(FOR, [255, 255, 255], 0.35));
  counts.forEach((count, k) => {
    context.fillRect(
      x + k * bar + 0.3,
      y + 20 + high * (1 - count / most),
      Math.max(0.6, bar - 0.6),
      (high * count) / most,
    );
  });
  context.strokeStyle = LINE;
  context.strokeRect(x, y + 20, SIDE, high);
  text(context, "0", x, y + high + 31, {size: 10, color: INK_3});
  text(context, `${weights.length}`, x + SIDE, y + high + 31, {size: 10, color: INK_3, align: "right"});
}

function drawClasses(context: Canvas2D, {classes}: LimeSteps, x: number, y: number): void {
  text(context, "what masked images are taken for", x, y + 4, {
    size: 11,
    color: INK_2,
    maxWidth: SIDE + 10,
  });
  classes.slice(0, 6).forEach(({name, mean}, row) => {
    const line = y + 30 + row * 32;
    text(context, name, x, line, {size: 12, maxWidth: SIDE - 60});
    text(context, `${(100 * mean).toFixed(1)}%`, x + SIDE, line, {size: 11, color: INK_2, align: "right"});
    context.fillStyle = css(mix(FOR, [255, 255, 255], 0.35));
    context.fillRect(x, line + 9, Math.max(1, mean * SIDE), 5);
  });
}

function drawWeights(context: Canvas2D, {weights}: LimeSteps, x: number, y: number): void {
  text(context, "the strongest segments", x, y + 4, {size: 11, color: INK_2});
  const order = Array.from(weights.keys())
    .sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]))
    .slice(0, 9);
  const reach = Math.abs(weights[order[0]]);
  if (!(reach > 0)) {
    text(context, "no segment has any weight", x, y + 28, {size: 12, color: INK_2});
    return;
  }
  const half = (SIDE - 56) / 2;
  order.forEach((j, row) => {
    const line = y + 28 + row * 21;
    const length = (Math.abs(weights[j]) / reach) * half;
    context.fillStyle = css(weights[j] < 0 ? AGAINST : FOR);
    context.fillRect(weights[j] < 0 ? x + half - length : x + half, line - 5, Math.max(0.6, length), 10);
    const value = `${weights[j] < 0 ? "−" : "+"}${Math.abs(weights[j]).toFixed(3)}`;
    text(context, value, x + SIDE, line, {size: 11, color: INK_2, align: "right"});
  });
}

function frame(context: Canvas2D, x: number, y: number, low: string, high: string, up: string): void {
  context.strokeStyle = LINE;
  context.lineWidth = 1;
  context.strokeRect(x, y, SIDE, SIDE);
  text(context, low, x, y + SIDE + 11, {size: 10, color: INK_3});
  text(context, high, x + SIDE, y + SIDE + 11, {size: 10, color: INK_3, align: "right"});
  text(context, up, x + 5, y + 9, {size: 10, color: INK_3, maxWidth: SIDE - 10});
}

function dots(
  context: Canvas2D,
  maskWeights: Float64Array,
  x: number,
  y: number,
  place: (n: number) => readonly [number, number],
): void {
  const most = maskWeights.reduce((a, b) => Math.max(a, b), 1e-9);
  maskWeights.forEach((weight, n) => {
    const [across, up] = place(n).map((v) => Math.min(1, Math.max(0, v)));
    context.fillStyle = css(FOR, 0.08 + 0.72 * (weight / most));
    context.beginPath();
    context.arc(x + across * SIDE, y + (1 - up) * SIDE, 2.2, 0, 2 * Math.PI);
    context.fill();
  });
}
