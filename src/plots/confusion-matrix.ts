import {AGAINST, css, FOR, INK_2, INK_3, luminance, mix, type Rgb} from "./color";
import {type Figure, figure} from "./figure";
import {text, textWidth} from "./text";

export interface ConfusionMatrix {
  readonly title: string;
  /** `counts[actual * classes + predicted]`. */
  readonly counts: Uint32Array;
  readonly classNames: readonly string[];
}

const CELL = 46;
const WHITE: Rgb = [255, 255, 255];

/**
 * Counts and row percentages: rows the truth, columns the prediction, and both said on the axes. The diagonal is blue
 * by recall; mistakes are orange on a scale of their own, by count over the largest mistake, or a dominant diagonal
 * would leave them all white.
 */
export function confusionMatrix({title, counts, classNames}: ConfusionMatrix): Figure {
  const n = classNames.length;
  const labels = Math.min(120, Math.max(24, ...classNames.map((name) => textWidth(name, {size: 13}) + 14)));
  const [left, top] = [44 + labels, 96];
  const side = n * CELL;
  const [width, height] = [left + side + 130, top + side + 64];
  const total = counts.reduce((sum, count) => sum + count, 0);
  const right = classNames.reduce((sum, _, k) => sum + counts[k * n + k], 0);
  const most = Math.max(1, ...Array.from(counts).filter((_, i) => i % (n + 1) !== 0));

  return figure(width, height, (context) => {
    text(context, title, left, 24, {size: 17, bold: true});
    const summary = `${right.toLocaleString("en")} of ${total.toLocaleString("en")} right (${percent(right, total)})`;
    text(context, summary, left, 46, {size: 12, color: INK_2});
    text(context, "predicted class", left + side / 2, 70, {size: 12, color: INK_2, align: "center"});
    text(context, "true class", 18, top + side / 2, {size: 12, color: INK_2, align: "center", angle: -Math.PI / 2});
    text(context, "recall", left + side + 14, 87, {size: 11, color: INK_3});
    text(context, "precision", left - 8, top + side + 18, {size: 11, color: INK_3, align: "right"});
    for (let actual = 0; actual < n; actual++) {
      const row = counts.subarray(actual * n, (actual + 1) * n);
      const images = row.reduce((sum, count) => sum + count, 0);
      const y = top + actual * CELL;
      text(context, classNames[actual], left - 8, y + CELL / 2, {size: 13, align: "right", maxWidth: labels - 8});
      text(context, percent(row[actual], images), left + side + 14, y + CELL / 2 - 6, {size: 11, color: INK_2});
      text(context, `of ${images.toLocaleString("en")}`, left + side + 14, y + CELL / 2 + 8, {size: 10, color: INK_3});
      for (let predicted = 0; predicted < n; predicted++) {
        const count = row[predicted];
        const x = left + predicted * CELL;
        const color = cellColor(count, images, most, actual === predicted);
        context.fillStyle = css(color);
        context.fillRect(x + 0.5, y + 0.5, CELL - 1, CELL - 1);
        if (count === 0) continue;
        const ink = luminance(color) > 0.3 ? "#15181d" : "#ffffff";
        text(context, `${count}`, x + CELL / 2, y + CELL / 2 - 5, {size: 13, align: "center", color: ink});
        text(context, percent(count, images), x + CELL / 2, y + CELL / 2 + 10, {size: 9, align: "center", color: ink});
      }
    }
    for (let predicted = 0; predicted < n; predicted++) {
      const x = left + (predicted + 0.5) * CELL;
      let column = 0;
      for (let actual = 0; actual < n; actual++) column += counts[actual * n + predicted];
      text(context, classNames[predicted], x, 87, {size: 13, align: "center", maxWidth: CELL});
      const precision = column ? percent(counts[predicted * n + predicted], column) : "–";
      text(context, precision, x, top + side + 18, {size: 11, color: INK_2, align: "center"});
    }
    const note = `blue: right, by share of the row   orange: mistakes, darkest at ${most}`;
    text(context, note, left, top + side + 44, {size: 11, color: INK_3});
  });
}

function cellColor(count: number, images: number, most: number, diagonal: boolean): Rgb {
  if (count === 0) return [0xf6, 0xf7, 0xf9];
  return diagonal
    ? mix(WHITE, FOR, 0.12 + 0.68 * (count / images) ** 2)
    : mix(WHITE, AGAINST, 0.1 + 0.9 * (count / most) ** 0.7);
}

function percent(part: number, whole: number): string {
  return whole ? `${((100 * part) / whole).toFixed(part === whole ? 0 : 1)}%` : "–";
}
