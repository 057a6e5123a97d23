import {AGAINST, css, FOR, INK_2, INK_3, signed} from "./color";
import {drawExplained, drawPlain, type Size, type Weighted} from "./explained-image";
import {type Canvas2D, type Sheet, sheetOf} from "./figure";
import {text} from "./text";

export interface Segments extends Size {
  readonly title: string;
  /** The images that are drawn, one after another. */
  readonly images: Float32Array;
  readonly explanations: readonly SegmentExplanation[];
}

/** One image's segments, and how much each adds to the probability of one class. */
export interface SegmentExplanation extends Weighted {
  /** The image's place in the test split. */
  readonly index: number;
  readonly caption: string;
  /** The true class. */
  readonly label: number;
  readonly explained: number;
  readonly explainedName: string;
  readonly probability: number;
  /** The standard error of each weight. */
  readonly errors: Float64Array;
  readonly intercept: number;
  /** The weighted R²; null if hiding segments never changed the answer. */
  readonly r2: number | null;
  readonly localPrediction: number;
  readonly samples: number;
  readonly near: number;
  /** Spearman's correlation of the two halves of the masks; null if all weights of a half are equal. */
  readonly halvesCorrelation: number | null;
  /** The Jaccard index of the five strongest segments of the two halves; null if neither half has any. */
  readonly halvesTop5: number | null;
}

const COLUMNS = 5;
const GAP = 18;
const TOP = 78;
const WORDS = 84;
/** How many explanations are drawn; the numbers contain all of them. */
export const MOST_DRAWN = 50;

/**
 * Draws each image with its superpixels: blue ones speak for the explained class and orange ones against it, relative
 * to the image's strongest one. Beside it stand the figures that show how far to trust this.
 */
export function segments({title, height, width, channels, images, explanations: all}: Segments): Sheet {
  const explanations = all.slice(0, MOST_DRAWN);
  const tile = explanations.length > 3 ? 168 : 300;
  const zoom = tile / Math.max(height, width);
  const [tileWidth, tileHeight] = [width * zoom, height * zoom];
  const columns = Math.max(1, Math.min(COLUMNS, explanations.length));
  const rows = Math.ceil(explanations.length / columns);
  // The colours cover a photograph in grey; if there are only a few explanations, there is room to show the first one
  // unchanged, too.
  const beside = channels === 3 && explanations.length > 0 && explanations.length <= 3 ? 1 : 0;
  const sheetWidth = Math.max(790, 16 * 2 + (columns + beside) * (tile + GAP) - GAP);
  const sheetHeight = TOP + rows * (tileHeight + WORDS + 14) + 40;
  const size = height * width * channels;
  return sheetOf(sheetWidth, sheetHeight, (context) => {
    text(context, title, 16, 24, {size: 17, bold: true, maxWidth: sheetWidth - 32});
    drawKey(context, 16, 48);
    if (beside) drawPlain(context, images.subarray(0, size), {height, width, channels}, undefined, 16, TOP, zoom);
    explanations.forEach((explanation, n) => {
      const x = 16 + ((n % columns) + beside) * (tile + GAP);
      const y = TOP + Math.floor(n / columns) * (tileHeight + WORDS + 14);
      const pixels = images.subarray(n * size, (n + 1) * size);
      drawExplained(context, pixels, {height, width, channels}, explanation, x, y, zoom);
      drawWords(context, explanation, x, y + tileHeight + 14, tileWidth);
    });
    const notes = [
      "R²: share of the masked images' answers that the linear fit explains (weighted).   ±: 95 % interval over the draw of masks.",
      "top 5 agree: overlap of the five strongest segments of both halves of the masks.   Orange figures: do not trust the picture.",
    ];
    if (all.length > MOST_DRAWN) {
      const left = `The first ${MOST_DRAWN} of ${all.length.toLocaleString("en")} explanations; the numbers have all.`;
      text(context, left, sheetWidth - 16, 48, {size: 11, color: INK_2, align: "right"});
    }
    notes.forEach((note, row) => {
      text(context, note, 16, sheetHeight - 30 + 15 * row, {size: 10, color: INK_3, maxWidth: sheetWidth - 32});
    });
  });
}

function drawWords(context: Canvas2D, explanation: SegmentExplanation, x: number, y: number, width: number): void {
  const {caption, label, explained, explainedName, probability, r2, weights, errors, halvesTop5, near} = explanation;
  const strongest = weights.reduce((best, w, j) => (Math.abs(w) > Math.abs(weights[best]) ? j : best), 0);
  const half = 1.96 * errors[strongest];
  const line = (words: string, row: number, color = INK_2) =>
    text(context, words, x, y + 1 + 16 * row, {size: 11, color, maxWidth: width});
  const doubtful = (bad: boolean) => (bad ? css(AGAINST) : INK_2);
  const name = {size: 13, bold: true, color: label === explained ? css(FOR) : css(AGAINST), maxWidth: width};
  text(context, `${explainedName}  ${percent(probability)}`, x, y, name);
  line(caption, 1);
  if (r2 === null) {
    line("nothing changes the answer", 2, css(AGAINST));
    line(`${near} near masks`, 3);
    return;
  }
  line(`R² ${r2.toFixed(2)}   ${near} near masks`, 2, doubtful(!(r2 >= 0.5)));
  line(`strongest ${number(weights[strongest])} ± ${half < 0.01 ? half.toFixed(3) : half.toFixed(2)}`, 3);
  const agree = halvesTop5 === null ? "top 5: none has a weight" : `top 5 agree ${percent(halvesTop5)}`;
  line(agree, 4, doubtful(!(halvesTop5 !== null && halvesTop5 >= 0.5)));
}

function drawKey(context: Canvas2D, x: number, y: number): void {
  const [length, height] = [120, 9];
  for (let i = 0; i < length; i++) {
    context.fillStyle = css(signed((2 * i) / (length - 1) - 1));
    context.fillRect(x + 58 + i, y - height / 2, 1.2, height);
  }
  text(context, "against", x, y, {size: 11, color: css(AGAINST)});
  text(context, "for", x + 58 + length + 8, y, {size: 11, color: css(FOR)});
  const rest = "the class named below; each image's strongest segment in full colour";
  text(context, rest, x + 58 + length + 32, y, {size: 11, color: INK_2});
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`;
}

function number(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}
