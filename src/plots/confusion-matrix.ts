import {AGAINST, css, FOR, INK_2, INK_3, luminance, mix, type Rgb} from "./color";
import {type Canvas2D, type Sheet, sheetOf} from "./figure";
import {text, textWidth} from "./text";

export interface ConfusionMatrix {
  readonly title: string;
  /** `counts[actual * classes + predicted]`. */
  readonly counts: Uint32Array;
  readonly classNames: readonly string[];
}

/** The side of a cell in units, for up to thirty classes; with more classes, it is smaller. */
const CELL = 46;
const LEAST_CELL = 20;
/** How many units on each side the cells may take before they are made smaller. */
const ROOM = 30 * CELL;
/** If there are more classes, those with the most mistakes are shown. */
const MOST_CLASSES = 100;
const WHITE: Rgb = [255, 255, 255];
/**
 * The room for a row's name, and for a column's name if it stands upright; longer names are shortened in the middle.
 */
const [LONGEST_ROW, LONGEST_COLUMN] = [200, 150];

/**
 * Draws counts and row percentages. Rows are true classes and columns are predicted ones, as the axes say. The diagonal
 * is blue by recall. Mistakes are orange on a scale of their own, by their count divided by the largest one; otherwise
 * a dominant diagonal would leave them all white. Columns' names stand upright if one is wider than its column. If
 * there are more than a hundred classes, the hundred with the most mistakes are shown, and the picture says so.
 */
export function confusionMatrix({title, counts, classNames}: ConfusionMatrix): Sheet {
  const n = classNames.length;
  const {total, right, most} = summed(counts, n);
  const shown = mostMistaken(counts, n, MOST_CLASSES);
  const cell = Math.max(LEAST_CELL, Math.min(CELL, Math.floor(ROOM / shown.length)));
  const small = cell < CELL;
  const size = small ? 11 : 13;
  const longest = shown.reduce((most, k) => Math.max(most, textWidth(classNames[k], {size})), 0);
  const labels = Math.min(LONGEST_ROW, Math.max(24, longest + 14));
  const upright = longest > cell - 4;
  const above = Math.min(LONGEST_COLUMN, longest);
  const [left, top] = [44 + labels, upright ? 92 + above : 96];
  const side = shown.length * cell;
  const summary = `${right.toLocaleString("en")} of ${total.toLocaleString("en")} right (${percent(right, total)})`;
  const which =
    shown.length < n ? `   the ${shown.length} classes with the most mistakes, of ${n.toLocaleString("en")}` : "";
  const note = `blue: right, by share of the row   orange: mistakes, darkest at ${most}`;
  const words = [
    textWidth(title, {size: 17, bold: true}),
    textWidth(summary + which, {size: 12}),
    textWidth(note, {size: 11}),
  ];
  const wide = words.reduce((a, b) => Math.max(a, b), 0);
  const [width, height] = [left + Math.max(side + 130, Math.ceil(wide) + 16), top + side + 64];

  return sheetOf(width, height, (context) => {
    text(context, title, left, 24, {size: 17, bold: true});
    text(context, summary + which, left, 46, {size: 12, color: INK_2});
    text(context, "predicted class", left + side / 2, 70, {size: 12, color: INK_2, align: "center"});
    text(context, "true class", 18, top + side / 2, {size: 12, color: INK_2, align: "center", angle: -Math.PI / 2});
    text(context, "recall", left + side + 14, top - 9, {size: 11, color: INK_3});
    text(context, "precision", left - 8, top + side + 18, {size: 11, color: INK_3, align: "right"});
    for (const [row, actual] of shown.entries()) {
      const ofClass = counts.subarray(actual * n, (actual + 1) * n);
      const images = ofClass.reduce((sum, count) => sum + count, 0);
      const y = top + row * cell;
      text(context, classNames[actual], left - 8, y + cell / 2, {size, align: "right", maxWidth: labels - 8});
      const recall = percent(ofClass[actual], images);
      const of = `of ${images.toLocaleString("en")}`;
      if (small) {
        text(context, `${recall} ${of}`, left + side + 14, y + cell / 2, {size: 10, color: INK_2});
      } else {
        text(context, recall, left + side + 14, y + cell / 2 - 6, {size: 11, color: INK_2});
        text(context, of, left + side + 14, y + cell / 2 + 8, {size: 10, color: INK_3});
      }
      for (const [column, predicted] of shown.entries()) {
        const count = ofClass[predicted];
        drawCell(
          context,
          {x: left + column * cell, y, cell},
          count,
          images,
          cellColor(count, images, most, actual === predicted),
        );
      }
    }
    for (const [column, predicted] of shown.entries()) {
      const x = left + (column + 0.5) * cell;
      let guessed = 0;
      for (let actual = 0; actual < n; actual++) guessed += counts[actual * n + predicted];
      const name = classNames[predicted];
      if (upright) text(context, name, x, top - 8, {size, angle: -Math.PI / 2, maxWidth: above});
      else text(context, name, x, top - 9, {size, align: "center"});
      const precision = guessed ? percent(counts[predicted * n + predicted], guessed) : "–";
      if (cell < 36) {
        text(context, precision, x, top + side + 10, {size: 10, color: INK_2, align: "right", angle: -Math.PI / 2});
      } else {
        text(context, precision, x, top + side + 18, {size: 11, color: INK_2, align: "center"});
      }
    }
    text(context, note, left, top + side + (cell < 36 ? 52 : 44), {size: 11, color: INK_3});
  });
}

/** A cell's count, and under it its share of the row if both have room. */
function drawCell(
  context: Canvas2D,
  {x, y, cell}: {readonly x: number; readonly y: number; readonly cell: number},
  count: number,
  images: number,
  color: Rgb,
): void {
  context.fillStyle = css(color);
  context.fillRect(x + 0.5, y + 0.5, cell - 1, cell - 1);
  if (count === 0) return;
  const ink = luminance(color) > 0.3 ? "#15181d" : "#ffffff";
  const [middle, y2] = [x + cell / 2, y + cell / 2];
  if (cell < CELL) {
    text(context, `${count}`, middle, y2, {size: sizeToFit(`${count}`, 11, cell - 3), align: "center", color: ink});
    return;
  }
  text(context, `${count}`, middle, y2 - 5, {size: sizeToFit(`${count}`, 13, cell - 4), align: "center", color: ink});
  text(context, percent(count, images), middle, y2 + 10, {size: 9, align: "center", color: ink});
}

/** The font size at which a figure fits, because figures are never shortened. */
function sizeToFit(figures: string, size: number, room: number): number {
  return Math.min(size, (size * room) / textWidth(figures, {size}));
}

/** How many images and right answers there are, and the largest count off the diagonal, at least 1. */
function summed(counts: Uint32Array, n: number): {total: number; right: number; most: number} {
  let [total, right, most] = [0, 0, 1];
  for (let i = 0; i < counts.length; i++) {
    total += counts[i];
    if (i % (n + 1) === 0) right += counts[i];
    else if (counts[i] > most) most = counts[i];
  }
  return {total, right, most};
}

/**
 * The `most` classes out of n with the most mistakes, in their original order. Both kinds of mistake count: images of
 * the class that are taken for another one, and images of others that are taken for it.
 */
function mostMistaken(counts: Uint32Array, n: number, most: number): number[] {
  const classes = Array.from({length: n}, (_, k) => k);
  if (n <= most) return classes;
  const mistakes = new Float64Array(n);
  for (let i = 0; i < counts.length; i++) {
    const [actual, predicted] = [Math.floor(i / n), i % n];
    if (actual === predicted) continue;
    mistakes[actual] += counts[i];
    mistakes[predicted] += counts[i];
  }
  return classes
    .sort((a, b) => mistakes[b] - mistakes[a] || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
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
