import {orderByChance} from "./chance";
import type {Classifier, Images, RandomSource} from "./classifier";
import {askAboutMasks} from "./neighbourhood";
import type {Segmentation} from "./segmentation/raster";
import {segmentSizes} from "./segmentation/raster";
import {unchanging} from "./unchanging";

/** How the class's probability falls as segments are hidden one after another, and how it rises as they are shown. */
export interface OrderCurve {
  readonly name: "lime" | "random" | "edges";
  /** Probabilities at `SHARES` evenly spaced shares of the image's area, from 0 to 1. */
  readonly deletion: Float64Array;
  readonly insertion: Float64Array;
  /**
   * The areas under the two curves. A good order has a small deletion area and a large insertion area. Null if the
   * probability is the same in all curves: then no order is better than another.
   */
  readonly deletionArea: number | null;
  readonly insertionArea: number | null;
}

export const SHARES = 51;
/** The control is the mean of this many random orders. */
const RANDOM_ORDERS = 5;

/**
 * Deletion and insertion (Petsiuk, Das & Saenko 2018, "RISE", § 4.1), by segments. Segments are hidden as in sampling,
 * and areas are computed by the trapezoid rule over the share of pixels. Two controls that know nothing of the class
 * stand beside it: random orders, and segments ordered by their mean edge strength (Sobel). An explanation that does
 * not beat both has explained little.
 *
 * @param weights One for each segment; the segment with the largest weight is hidden, and shown, first.
 */
export async function orderCurves(
  classifier: Classifier,
  image: Images,
  hidden: Float32Array,
  segmentation: Segmentation,
  explained: number,
  weights: ArrayLike<number>,
  random: RandomSource,
  batchSize?: number,
): Promise<OrderCurve[]> {
  const byFalling = (values: ArrayLike<number>) =>
    Array.from({length: segmentation.count}, (_, j) => j).sort((a, b) => values[b] - values[a]);
  const randomOrders = Array.from({length: RANDOM_ORDERS}, () => orderByChance(segmentation.count, random));
  const groups = [
    {name: "lime", orders: [byFalling(weights)]},
    {name: "random", orders: randomOrders},
    {name: "edges", orders: [byFalling(edgeStrength(image, segmentation))]},
  ] as const;
  const curves: (OrderCurve & Areas)[] = [];
  const seen: number[] = [];
  for (const {name, orders} of groups) {
    const parts: (Omit<OrderCurve, "name"> & Areas)[] = [];
    for (const order of orders) {
      const {masks, shares} = steps(order, segmentation);
      const answers = await askAboutMasks(classifier, image, hidden, segmentation, masks, batchSize);
      const classes = classifier.classNames.length;
      const probability = Float64Array.from({length: 2 * shares.length}, (_, n) => answers[n * classes + explained]);
      for (const p of probability) seen.push(p);
      const [deletion, insertion] = [probability.subarray(0, shares.length), probability.subarray(shares.length)];
      parts.push({
        deletion: interpolated(shares, deletion),
        insertion: interpolated(shares, insertion),
        deletionArea: area(shares, deletion),
        insertionArea: area(shares, insertion),
      });
    }
    const mean = (pick: (part: (typeof parts)[number]) => number) =>
      parts.reduce((sum, part) => sum + pick(part), 0) / parts.length;
    curves.push({
      name,
      deletion: Float64Array.from({length: SHARES}, (_, i) => mean((part) => part.deletion[i])),
      insertion: Float64Array.from({length: SHARES}, (_, i) => mean((part) => part.insertion[i])),
      deletionArea: mean((part) => part.deletionArea),
      insertionArea: mean((part) => part.insertionArea),
    });
  }
  if (!unchanging(seen)) return curves;
  return curves.map((curve) => ({...curve, deletionArea: null, insertionArea: null}));
}

interface Areas {
  readonly deletionArea: number;
  readonly insertionArea: number;
}

/**
 * Masks that hide one more segment each, then masks that show one more segment each; and the share of pixels changed.
 */
function steps(order: readonly number[], segmentation: Segmentation) {
  const {count, labels} = segmentation;
  const sizes = segmentSizes(segmentation);
  const shares = new Float64Array(count + 1);
  const masks = new Uint8Array(2 * (count + 1) * count);
  for (let step = 0; step <= count; step++) {
    if (step > 0) shares[step] = shares[step - 1] + sizes[order[step - 1]] / labels.length;
    const [hide, show] = [step * count, (count + 1 + step) * count];
    masks.fill(1, hide, hide + count);
    for (let i = 0; i < step; i++) {
      masks[hide + order[i]] = 0;
      masks[show + order[i]] = 1;
    }
  }
  return {masks, shares};
}

/**
 * The length of the Sobel gradient (Sobel & Feldman 1968), added up over the channels and averaged over each segment.
 * Pixels beyond the edge are as those at the edge.
 */
export function edgeStrength(
  {pixels, shape: [height, width, channels]}: Images,
  segmentation: Segmentation,
): Float64Array {
  const sums = new Float64Array(segmentation.count);
  const at = (y: number, x: number, c: number) => {
    const [cy, cx] = [Math.min(height - 1, Math.max(0, y)), Math.min(width - 1, Math.max(0, x))];
    return pixels[(cy * width + cx) * channels + c];
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const right = at(y - 1, x + 1, c) + 2 * at(y, x + 1, c) + at(y + 1, x + 1, c);
        const left = at(y - 1, x - 1, c) + 2 * at(y, x - 1, c) + at(y + 1, x - 1, c);
        const below = at(y + 1, x - 1, c) + 2 * at(y + 1, x, c) + at(y + 1, x + 1, c);
        const above = at(y - 1, x - 1, c) + 2 * at(y - 1, x, c) + at(y - 1, x + 1, c);
        sums[segmentation.labels[y * width + x]] += Math.hypot(right - left, below - above);
      }
    }
  }
  const sizes = segmentSizes(segmentation);
  return sums.map((sum, j) => sum / sizes[j]);
}

/** The area under y, by the trapezoid rule. */
function area(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 1; i < x.length; i++) sum += ((x[i] - x[i - 1]) * (y[i] + y[i - 1])) / 2;
  return sum;
}

/** The values of y at evenly spaced x from 0 to 1, interpolated linearly between the given points. */
function interpolated(x: Float64Array, y: Float64Array): Float64Array {
  let i = 1;
  return Float64Array.from({length: SHARES}, (_, k) => {
    const at = k / (SHARES - 1);
    while (i < x.length - 1 && x[i] < at) i++;
    const along = Math.min(1, Math.max(0, (at - x[i - 1]) / (x[i] - x[i - 1] || 1)));
    return y[i - 1] + along * (y[i] - y[i - 1]);
  });
}
