import {classColor, css, INK, INK_2, INK_3, LINE} from "./color";
import {type Canvas2D, type Sheet, sheetOf} from "./figure";
import {text} from "./text";

export interface Tracked {
  readonly title: string;
  readonly classNames: readonly string[];
  readonly images: readonly {
    readonly name: string;
    readonly label: number;
    /** The moments in epochs. */
    readonly at: readonly number[];
    /** The scores at each moment, `[classes]`. */
    readonly logits: readonly Float32Array[];
    /** The weights to its label that act on the image, with one value for each epoch. */
    readonly weights: readonly {readonly node: number; readonly values: readonly number[]}[];
  }[];
}

const [LEFT, TOP, WIDTH, HEIGHT, GAP] = [60, 56, 420, 150, 66];
/** How many other classes are named at the ends of their lines. */
const NAMED = 3;
/**
 * How many classes are drawn for an image, and how many points a line has: as many as a picture of this width can show.
 */
const [MOST_CLASSES, MOST_POINTS] = [12, 400];

/**
 * Draws the scores of images within the epochs, and the weights of the last layer that act on them, from the first
 * epoch to the last.
 */
export function tracked({title, classNames, images}: Tracked): Sheet {
  const row = HEIGHT + 60;
  return sheetOf(LEFT + 2 * WIDTH + GAP + 110, TOP + row * images.length + 20, (context) => {
    text(context, title, 16, 24, {size: 17, bold: true, maxWidth: 2 * WIDTH});
    for (const [n, image] of images.entries()) {
      const top = TOP + n * row + 18;
      text(context, image.name, LEFT, top - 12, {size: 12, bold: true, maxWidth: WIDTH});
      const last = image.logits[image.logits.length - 1];
      const ranked = [...last.keys()].filter((k) => k !== image.label).sort((a, b) => last[b] - last[a]);
      const step = Math.ceil(image.at.length / MOST_POINTS);
      const points = [...image.at.keys()].filter((at) => at % step === 0 || at === image.at.length - 1);
      const lines = [...ranked.slice(0, MOST_CLASSES - 1).reverse(), image.label].map((k) => ({
        xs: points.map((at) => image.at[at]),
        ys: points.map((at) => image.logits[at][k]),
        color: css(classColor(k, classNames.length)),
        width: k === image.label ? 2.6 : ranked.indexOf(k) < NAMED ? 1.4 : 0.6,
        name: k === image.label || ranked.indexOf(k) < NAMED ? classNames[k] : "",
      }));
      panel(context, LEFT, top, "logit of each class, the label's thick; epochs →", lines);
      const weights = image.weights.map(({node, values}) => ({
        xs: values.map((_, epoch) => epoch),
        ys: values,
        color: INK_2,
        width: 1.2,
        name: `${node}`,
      }));
      const words = weights.length > 0 ? "weights to its label that moved it most, by node" : "no weights were kept";
      panel(context, LEFT + WIDTH + GAP, top, words, weights);
    }
  });
}

interface Line {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly color: string;
  readonly width: number;
  readonly name: string;
}

function panel(context: Canvas2D, left: number, top: number, words: string, lines: readonly Line[]): void {
  const width = WIDTH - 60;
  const [xs, ys] = [lines.flatMap((line) => line.xs), lines.flatMap((line) => line.ys)];
  const [low, high, last] = [least(ys), -least(ys.map((y) => -y)), Math.max(1e-9, -least(xs.map((x) => -x)))];
  const x = (value: number) => left + (value / last) * width;
  const y = (value: number) => top + HEIGHT - ((value - low) / Math.max(high - low, 1e-9)) * HEIGHT;
  context.strokeStyle = LINE;
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, top - 0.5, width + 1, HEIGHT + 1);
  text(context, words, left, top + HEIGHT + 14, {size: 11, color: INK_3});
  if (lines.length === 0) return;
  for (const value of [low, high]) {
    text(context, Number(value.toPrecision(2)).toString(), left - 6, y(value), {
      size: 10,
      color: INK_3,
      align: "right",
    });
  }
  if (low < 0 && high > 0) {
    context.beginPath();
    context.moveTo(left, y(0));
    context.lineTo(left + width, y(0));
    context.stroke();
  }
  const taken: number[] = [];
  for (const line of [...lines].reverse()) {
    context.strokeStyle = line.color;
    context.lineWidth = line.width;
    context.beginPath();
    line.xs.forEach((at, n) => {
      if (n === 0) context.moveTo(x(at), y(line.ys[n]));
      else context.lineTo(x(at), y(line.ys[n]));
    });
    context.stroke();
    const end = y(line.ys[line.ys.length - 1]);
    if (!line.name || taken.some((other) => Math.abs(other - end) < 10)) continue;
    taken.push(end);
    text(context, line.name, left + width + 5, end, {size: 10, color: INK, maxWidth: 54});
  }
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
