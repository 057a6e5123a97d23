import {labOf} from "./color-space";
import {gaussianBlur} from "./gaussian-blur";
import {type Raster, type Segmentation, segmentationOf} from "./raster";
import {openWorkspace} from "./workspace";

export interface SlicSettings {
  /** About how many segments; the image's size decides. */
  readonly segments: number;
  /** Weight of place against colour: the higher, the squarer. 1 to 30 in Lab. */
  readonly compactness: number;
  /** Blur before, in pixels. */
  readonly sigma: number;
}

const ITERATIONS = 10;

/**
 * SLIC superpixels (Achanta et al. 2012, "SLIC Superpixels Compared to State-of-the-art Superpixel Methods", § 3):
 * k-means over (y, x, L, a, b), each centre looking only at a window around it, then small left-over pieces given to a
 * neighbour. The same partition as scikit-image 0.19's `slic(…, start_label=0)`.
 */
export function slic(raster: Raster, {segments, compactness, sigma}: SlicSettings): Segmentation {
  const [height, width] = raster.shape;
  if (!(segments >= 1)) throw new RangeError(`slic: expected 1 segment or more, got ${segments}`);
  if (!(compactness > 0)) throw new RangeError(`slic: expected a compactness above 0, got ${compactness}`);
  const color = gaussianBlur(labOf(stretched(raster)), height, width, 3, sigma);
  for (let i = 0; i < color.length; i++) color[i] /= compactness;
  const [startY, stepY, startX, stepX] = regularGrid(height, width, segments);
  const centers: number[] = [];
  for (let y = startY; y < height; y += stepY) for (let x = startX; x < width; x += stepX) centers.push(y, x);
  const nearest = assign(color, height, width, centers, Math.max(stepY, stepX));
  const size = (height * width) / (centers.length / 2);
  return segmentationOf(connected(nearest, height, width, Math.floor(0.5 * size), Math.floor(3 * size)));
}

/** Intensities moved and scaled to span [0, 1], so that compactness means the same on a pale image. */
function stretched({shape, pixels}: Raster): Raster {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < pixels.length; i++) {
    low = Math.min(low, pixels[i]);
    high = Math.max(high, pixels[i]);
  }
  const scaled = new Float64Array(pixels.length);
  const range = high > low ? high - low : 1;
  for (let i = 0; i < pixels.length; i++) scaled[i] = (pixels[i] - low) / range;
  return {shape, pixels: scaled};
}

/** First place and step of a square grid of about `points` points: [startY, stepY, startX, stepX]. */
function regularGrid(height: number, width: number, points: number): [number, number, number, number] {
  if (height * width <= points) return [0, 1, 0, 1];
  let [stepY, stepX] = [Math.sqrt((height * width) / points), Math.sqrt((height * width) / points)];
  // a side shorter than the step holds one point, and the other side all of them
  if (Math.min(height, width) < stepY) {
    [stepY, stepX] = height <= width ? [height, width / points] : [height / points, width];
  }
  return [
    Math.floor(stepY / 2),
    Math.max(1, roundHalfEven(stepY)),
    Math.floor(stepX / 2),
    Math.max(1, roundHalfEven(stepX)),
  ];
}

function roundHalfEven(v: number): number {
  const floor = Math.floor(v);
  return v - floor === 0.5 ? floor + (floor % 2) : Math.round(v);
}

/** A centre in the kernel's memory: y, x, three of colour, its number of pixels, and room to 64 bytes. */
const CENTER = 8;

/** k-means: the index of each pixel's centre. `starts` holds the (y, x) of each; kernels/slic.ts has the layouts. */
function assign(color: Float64Array, height: number, width: number, starts: readonly number[], step: number): Int32Array {
  const count = starts.length / 2;
  const [, reachY, , reachX] = regularGrid(height, width, count);
  const stride = Math.ceil(width / 8) * 8;
  const area = height * stride;
  const {kernels, doubles, integers} = openWorkspace(8 * (3 * area + 11 * stride + 2 * CENTER * count) + 4 * (area + 4 * count));
  const colors = doubles(3 * area).fill(0);
  const nearest = integers(area).fill(0);
  const [centers, sums] = [doubles(CENTER * count).fill(0), doubles(CENTER * count)];
  const windows = integers(4 * count);
  const [bounds, highest, across] = [doubles(8 * stride), doubles(stride / 8), doubles(stride)];
  for (let y = 0; y < height; y++) {
    for (let x = 0, p = 3 * y * width; x < width; x++, p += 3) {
      const q = 3 * (y * stride + (x & ~3)) + (x & 3);
      colors[q] = color[p];
      colors[q + 4] = color[p + 1];
      colors[q + 8] = color[p + 2];
    }
  }
  for (let k = 0; k < count; k++) centers.set([starts[2 * k], starts[2 * k + 1]], CENTER * k);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    for (let k = 0; k < count; k++) {
      const [y, x] = [centers[CENTER * k], centers[CENTER * k + 1]]; // NaN, which becomes 0, of one that lost its pixels
      windows[4 * k] = Math.max(y - 2 * reachY, 0);
      windows[4 * k + 1] = Math.max(x - 2 * reachX, 0);
      windows[4 * k + 2] = Math.min(y + 2 * reachY + 1, height);
      windows[4 * k + 3] = Math.min(x + 2 * reachX + 1, width);
    }
        const scratch = [bounds.byteOffset, highest.byteOffset, across.byteOffset];
    kernels.assign(height, width, stride, colors.byteOffset, centers.byteOffset, windows.byteOffset, count, 1 / (step * step), nearest.byteOffset, sums.byteOffset, ...scratch);
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < 5; i++) centers[CENTER * k + i] = sums[CENTER * k + i] / sums[CENTER * k + 5];
    }
  }
  const packed = new Int32Array(height * width);
  for (let y = 0; y < height; y++) packed.set(nearest.subarray(y * stride, y * stride + width), y * width);
  return packed;
}

/**
 * Breaks labels into connected pieces; those below `least` pixels join the neighbour seen last, those that reach `most`
 * are cut there.
 */
function connected(labels: Int32Array, height: number, width: number, least: number, most: number): Int32Array {
  const pieces = new Int32Array(labels.length).fill(-1);
  const queue = new Int32Array(Math.max(1, most));
  let next = 0;
  for (let start = 0; start < labels.length; start++) {
    if (pieces[start] >= 0) continue;
    const label = labels[start];
    let neighbour = next;
    let size = 1;
    pieces[start] = next;
    queue[0] = start;
    const look = (q: number) => {
      if (size >= most) return;
      if (pieces[q] < 0) {
        if (labels[q] !== label) return;
        pieces[q] = next;
        queue[size++] = q;
      } else if (pieces[q] !== next) {
        neighbour = pieces[q];
      }
    };
    for (let visited = 0; visited < size && size < most; visited++) {
      const p = queue[visited];
      const x = p % width;
      if (x < width - 1) look(p + 1);
      if (x > 0) look(p - 1);
      if (p + width < labels.length) look(p + width);
      if (p >= width) look(p - width);
    }
    if (size < least) for (let i = 0; i < size; i++) pieces[queue[i]] = neighbour;
    else next++;
  }
  return pieces;
}
