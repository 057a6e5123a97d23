import {classColor, css, INK, INK_2, INK_3, LINE} from "./color";
import {type Figure, figure} from "./figure";
import {disc, onPixels} from "./pixels";
import {drawingOrder, extentOf, placed} from "./placed";
import {text} from "./text";

export interface ScatterSheet {
  readonly title: string;
  readonly labels: Uint16Array;
  readonly classNames: readonly string[];
  /** Maps of the same points, in the order of time. */
  readonly maps: readonly SheetMap[];
}

export interface SheetMap {
  readonly caption: string;
  /** `points[i * dimensions + d]`. */
  readonly points: Float32Array;
  readonly wrong: Uint8Array;
  /** Small print under the caption. */
  readonly note: string;
}

const SIDE = 300;
const GAP = 18;
const CAPTION = 40;
const TOP = 78;
const MOST_RINGS = 0.2;

/** Maps of several epochs side by side, all in one scale, so that what moves is seen to move. */
export function scatterSheet({title, labels, classNames, maps}: ScatterSheet): Figure {
  const n = labels.length;
  const columns = columnsFor(maps.length);
  const rows = Math.ceil(maps.length / columns);
  const extent = extentOf(
    maps.map(({points}) => points),
    n,
  );
  const radius = Math.max(0.6, Math.min(2.2, 52 / Math.sqrt(n || 1)));
  return figure(16 + columns * (SIDE + GAP), TOP + rows * (SIDE + CAPTION + GAP), (context) => {
    text(context, title, 16, 26, {size: 17, bold: true});
    const step = Math.min(90, (columns * (SIDE + GAP)) / classNames.length);
    classNames.forEach((name, k) => {
      if (step < 18) return; // too many classes for a line: colours are told in each epoch's own picture
      context.fillStyle = css(classColor(k));
      context.beginPath();
      context.arc(16 + 5 + k * step, 52, 4.5, 0, 2 * Math.PI);
      context.fill();
      text(context, name, 16 + 15 + k * step, 52, {size: 12, color: INK_2, maxWidth: step - 20});
    });
    maps.forEach(({caption, points, wrong, note}, m) => {
      const left = 16 + (m % columns) * (SIDE + GAP);
      const top = TOP + Math.floor(m / columns) * (SIDE + CAPTION + GAP);
      text(context, caption, left, top + 8, {size: 13, bold: true});
      text(context, note, left, top + 25, {size: 10.5, color: INK_3, maxWidth: SIDE});
      const {xs, ys, depth} = placed(points, n, {left, top: top + CAPTION, side: SIDE}, extent);
      const order = drawingOrder(n, depth);
      onPixels(context, {left, top: top + CAPTION, width: SIDE, height: SIDE}, (pixels) => {
        for (const i of order) {
          disc(pixels, pixels.x(xs[i]), pixels.y(ys[i]), radius * pixels.scale, classColor(labels[i]), 0.75);
        }
      });
      context.strokeStyle = LINE;
      context.lineWidth = 1;
      context.strokeRect(left + 0.5, top + CAPTION - 0.5, SIDE, SIDE);
      if (wrong.reduce((sum, w) => sum + w, 0) > MOST_RINGS * n) return;
      context.strokeStyle = INK;
      context.lineWidth = 0.45;
      for (const i of order) {
        if (!wrong[i]) continue;
        context.beginPath();
        context.arc(xs[i], ys[i], radius + 0.7, 0, 2 * Math.PI);
        context.stroke();
      }
    });
  });
}

/** Of two to five columns those that leave the fewest places empty; the more of equals. */
function columnsFor(maps: number): number {
  const empty = (columns: number) => Math.ceil(maps / columns) * columns - maps;
  return [5, 4, 3, 2].reduce((best, columns) => (empty(columns) < empty(best) ? columns : best));
}
