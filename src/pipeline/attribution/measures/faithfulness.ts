import {unchanging} from "../../../lime/unchanging";
import type {RandomSource} from "../../../nouns/random";
import type {Images} from "../../../nouns/samples";
import {copies, inParts} from "../methods/copies";

/** How many squares are removed; each is a quarter of the image's shorter side wide. */
const SQUARES = 50;

/** The effect of removing squares from an image. */
export interface Removals {
  /** Each class's score for the whole image. */
  readonly whole: Float32Array;
  /** For each square, the places of its pixels, and each class's score without it. */
  readonly squares: readonly {readonly places: readonly number[]; readonly left: Float32Array}[];
}

/**
 * Removes random squares of an image and asks for the scores without them. All maps of the image are tested with the
 * same squares.
 *
 * @param score The scores of some images, `[n * classes + k]`.
 * @param baseline The pixels that replace a square, laid out as the image's pixels.
 */
export async function removals(
  score: (images: Images) => Promise<Float32Array>,
  image: Images,
  baseline: Float32Array,
  random: RandomSource,
): Promise<Removals> {
  const [height, width, channels] = image.shape;
  const side = Math.max(1, Math.round(Math.min(height, width) / 4));
  const all = Array.from({length: SQUARES}, () => {
    const [top, left] = [height, width].map((length) => Math.floor(random() * (length - side + 1)));
    return Array.from({length: side * side}, (_, i) => (top + Math.floor(i / side)) * width + left + (i % side));
  });
  const whole = Float32Array.from(await score(image));
  const squares: Removals["squares"][number][] = [];
  await inParts(SQUARES, async (first, count) => {
    const asked = copies(image, count);
    for (let n = 0; n < count; n++) {
      for (const p of all[first + n]) {
        for (let c = 0; c < channels; c++) {
          asked.pixels[n * baseline.length + p * channels + c] = baseline[p * channels + c];
        }
      }
    }
    const scores = await score(asked);
    for (let n = 0; n < count; n++) {
      squares.push({places: all[first + n], left: scores.slice(n * whole.length, (n + 1) * whole.length)});
    }
  });
  return {whole, squares};
}

/**
 * Faithfulness correlation (Bhatt, Weller & Moura 2020, definition 1): Pearson's correlation between the sum of a map
 * over each square and the fall of the class's score without this square. 1: the map predicts what matters; 0: it says
 * nothing about it. NaN if nothing changes the score, or if the map has the same sum for all squares.
 *
 * @param foretold The predicted fall for each pixel.
 * @param isSigned Whether signs count; otherwise magnitudes are compared.
 */
export function faithfulness(
  {whole, squares}: Removals,
  target: number,
  foretold: Float32Array,
  isSigned: boolean,
): number {
  const scores = Float64Array.from([whole, ...squares.map(({left}) => left)], (row) => row[target]);
  if (unchanging(scores)) return Number.NaN;
  const said = squares.map(({places}) => places.reduce((sum, p) => sum + foretold[p], 0));
  const fell = squares.map(({left}) => whole[target] - left[target]).map((v) => (isSigned ? v : Math.abs(v)));
  return correlation(said, fell);
}

/** Pearson's correlation; NaN if either is constant. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [a, b].map((values) => values.reduce((sum, v) => sum + v, 0) / values.length);
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((v, i) => {
    ab += (v - ma) * (b[i] - mb);
    aa += (v - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}
