import {css, INK, INK_2, INK_3, LINE, looksOf} from "./color";
import {type Canvas2D, type Figure, figure} from "./figure";
import {drawMark} from "./mark-paths";
import {onPixels, point} from "./pixels";
import {drawingOrder, extentOf, placed} from "./placed";
import {text, textWidth} from "./text";

export interface ScatterSheet {
  readonly title: string;
  readonly labels: Uint16Array;
  readonly classNames: readonly string[];
  /** Maps of the same points, in the order of their epochs. */
  readonly maps: readonly SheetMap[];
}

export interface SheetMap {
  readonly caption: string;
  /** `points[i * dimensions + d]`. */
  readonly points: Float32Array;
  readonly wrong: Uint8Array;
  /** The small print under the caption. */
  readonly note: string;
}

const SIDE = 300;
const GAP = 18;
const CAPTION = 40;
const TOP = 78;
const MOST_RINGS = 0.2;
/** How much larger than discs marks must be, so that they can be told apart. */
const MARKED = 1.35;
/** The width of a class in the key: its mark, and at least this much of its name. */
const [MARK_WIDTH, LEAST_NAME] = [20, 40];

/** Draws maps of several epochs side by side, all with one scale, so that movements can be seen. */
export function scatterSheet({title, labels, classNames, maps}: ScatterSheet): Figure {
  const n = labels.length;
  const columns = columnsFor(maps.length);
  const rows = Math.ceil(maps.length / columns);
  const extent = extentOf(
    maps.map(({points}) => points),
    n,
  );
  const radius = Math.max(0.6, Math.min(2.2, 52 / Math.sqrt(n || 1)));
  const looks = looksOf(classNames);
  return figure(16 + columns * (SIDE + GAP), TOP + rows * (SIDE + CAPTION + GAP), (context) => {
    text(context, title, 16, 26, {size: 17, bold: true});
    drawKey(context, classNames, columns * (SIDE + GAP));
    maps.forEach(({caption, points, wrong, note}, m) => {
      const left = 16 + (m % columns) * (SIDE + GAP);
      const top = TOP + Math.floor(m / columns) * (SIDE + CAPTION + GAP);
      text(context, caption, left, top + 8, {size: 13, bold: true});
      text(context, note, left, top + 25, {size: 10.5, color: INK_3, maxWidth: SIDE});
      const {xs, ys, depth} = placed(points, n, {left, top: top + CAPTION, side: SIDE}, extent);
      const order = drawingOrder(n, depth);
      onPixels(context, {left, top: top + CAPTION, width: SIDE, height: SIDE}, (pixels) => {
        for (const i of order) {
          const {mark, color} = looks[labels[i]];
          const size = (mark === "disc" ? radius : radius * MARKED) * pixels.scale;
          point(pixels, mark, pixels.x(xs[i]), pixels.y(ys[i]), size, color, 0.75);
        }
      });
      context.strokeStyle = LINE;
      context.lineWidth = 1;
      context.strokeRect(left - 0.5, top + CAPTION - 0.5, SIDE + 1, SIDE + 1);
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

/** Writes each class's mark and name in one line; or, if they do not fit, where they can be found. */
function drawKey(context: Canvas2D, classNames: readonly string[], room: number): void {
  const longest = Math.max(...classNames.map((name) => textWidth(name)));
  const step = Math.min(Math.max(90, longest + 2 * MARK_WIDTH), room / classNames.length);
  const needed = Math.min(LEAST_NAME, longest);
  if (step < MARK_WIDTH + needed) {
    const words = `${classNames.length} classes: each epoch's own picture has their marks and names`;
    text(context, words, 16, 52, {size: 12, color: INK_2, maxWidth: room});
    return;
  }
  const looks = looksOf(classNames);
  classNames.forEach((name, k) => {
    const {mark, color} = looks[k];
    context.fillStyle = css(color);
    drawMark(context, mark, 16 + 5 + k * step, 52, 4.5);
    text(context, name, 16 + 15 + k * step, 52, {size: 12, color: INK_2, maxWidth: step - MARK_WIDTH});
  });
}

/** The number of columns, two to five, that leaves the fewest places empty; of equally good ones, the larger. */
function columnsFor(maps: number): number {
  const empty = (columns: number) => Math.ceil(maps / columns) * columns - maps;
  return [5, 4, 3, 2].reduce((best, columns) => (empty(columns) < empty(best) ? columns : best));
}
