import {AGAINST, css, FOR, INK_2, INK_3, LINE} from "./color";
import {drawExplained, innermostPixels, type Size, type Weighted} from "./explained-image";
import {type Sheet, sheetOf} from "./figure";
import {text} from "./text";

export interface SegmentBars extends Size, Weighted {
  readonly title: string;
  readonly note: string;
  readonly pixels: Float32Array;
  /** The standard error of each weight. */
  readonly errors: Float64Array;
}

const MAP = 420;
const ROW = 19;
const MOST = 20;
const TOP = 70;

/** Draws the numbered segments, and beside them the weights of the strongest ones with their 95 % intervals. */
export function segmentBars({
  title,
  note,
  height,
  width,
  channels,
  pixels,
  segments,
  weights,
  errors,
}: SegmentBars): Sheet {
  const zoom = MAP / Math.max(height, width);
  const order = Array.from(weights.keys())
    .filter((j) => weights[j] !== 0)
    .sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]))
    .slice(0, MOST);
  const reach = Math.max(1e-9, ...order.map((j) => Math.abs(weights[j]) + 1.96 * (errors[j] || 0)));
  const left = 16 + width * zoom + 30;
  const [middle, half] = [left + 44 + 150, 150];
  const sheetHeight = Math.max(TOP + height * zoom, TOP + 24 + ROW * Math.max(order.length, 1)) + 34;
  const sheetWidth = middle + half + 90;
  return sheetOf(sheetWidth, sheetHeight, (context) => {
    text(context, title, 16, 24, {size: 17, bold: true, maxWidth: sheetWidth - 32});
    text(context, note, 16, 46, {size: 12, color: INK_2, maxWidth: sheetWidth - 32});
    drawExplained(context, pixels, {height, width, channels}, {segments, weights}, 16, TOP, zoom);
    const shown = new Set(order);
    innermostPixels(segments, width, height, weights.length).forEach((p, j) => {
      if (p < 0) return;
      const [x, y] = [16 + ((p % width) + 0.5) * zoom, TOP + (Math.floor(p / width) + 0.5) * zoom];
      const size = shown.has(j) ? 11 : 8;
      context.fillStyle = "rgba(255, 255, 255, 0.78)";
      const reachOf = size * (j > 99 ? 1.05 : j > 9 ? 0.78 : 0.5);
      context.fillRect(x - reachOf, y - size * 0.62, 2 * reachOf, size * 1.24);
      text(context, `${j}`, x, y, {size, bold: shown.has(j), align: "center", color: shown.has(j) ? "#15181d" : INK_3});
    });
    text(context, "segment", left + 36, TOP + 4, {size: 11, color: INK_3, align: "right"});
    text(context, "against", middle - 8, TOP + 4, {size: 11, color: css(AGAINST), align: "right"});
    text(context, "for", middle + 8, TOP + 4, {size: 11, color: css(FOR)});
    order.forEach((j, row) => {
      const y = TOP + 24 + row * ROW;
      const end = middle + (weights[j] / reach) * half;
      text(context, `${j}`, left + 36, y, {size: 12, align: "right"});
      context.fillStyle = css(weights[j] > 0 ? FOR : AGAINST);
      context.fillRect(Math.min(middle, end), y - 6, Math.abs(end - middle), 12);
      const whisker = ((1.96 * (errors[j] || 0)) / reach) * half;
      context.strokeStyle = "#15181d";
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(end - whisker, y);
      context.lineTo(end + whisker, y);
      for (const side of [-whisker, whisker]) {
        context.moveTo(end + side, y - 3);
        context.lineTo(end + side, y + 3);
      }
      context.stroke();
      const sign = weights[j] > 0 ? "+" : "−";
      text(context, `${sign}${Math.abs(weights[j]).toFixed(3)}`, middle + half + 18, y, {size: 11, color: INK_2});
    });
    if (order.length === 0) text(context, "no segment has any weight", left, TOP + 30, {size: 12, color: INK_2});
    context.strokeStyle = LINE;
    context.beginPath();
    context.moveTo(middle, TOP + 14);
    context.lineTo(middle, TOP + 24 + ROW * order.length);
    context.stroke();
    const small =
      "bars: what keeping the segment adds to the probability; whiskers: 95 % interval over the draw of masks";
    text(context, small, 16, sheetHeight - 14, {size: 10, color: INK_3});
  });
}
