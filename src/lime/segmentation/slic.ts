import {labOf} from "./color-space";
import {gaussianBlur} from "./gaussian-blur";
import {nearestCenters} from "./nearest-centers";
import {type Raster, type Segmentation, segmentationOf} from "./raster";

export interface SlicSettings {
  /** About how many segments to make; the exact number depends on the image's size. */
  readonly segments: number;
  /** The weight of place against colour: a higher one gives squarer segments. From 1 to 30 in Lab. */
  readonly compactness: number;
  /** The standard deviation of the blur before segmenting, in pixels. */
  readonly sigma: number;
}

const ITERATIONS = 10;

/**
 * Makes SLIC superpixels (Achanta et al. 2012, "SLIC Superpixels Compared to State-of-the-art Superpixel Methods",
 * § 3). It runs k-means over (y, x, L, a, b), in which each centre looks only at a window around it. Then it gives
 * small pieces that are left over to a neighbour. The partition is that of scikit-image 0.19's
 * `slic(…, start_label=0)`.
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
  const [, windowY, , windowX] = regularGrid(height, width, centers.length / 2);
  const reach = [2 * windowY, 2 * windowX] as const;
  const nearest = nearestCenters(color, height, width, centers, reach, Math.max(stepY, stepX), ITERATIONS);
  const size = (height * width) / (centers.length / 2);
  return segmentationOf(connected(nearest, width, Math.floor(0.5 * size), Math.floor(3 * size)));
}

/** The intensities, shifted and scaled to span [0, 1], so that compactness means the same for a pale image. */
function stretched({shape, pixels}: Raster): Raster {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < pixels.length; i++) {
    const v = pixels[i];
    if (v < low) low = v;
    if (v > high) high = v;
  }
  const scaled = new Float64Array(pixels.length);
  const range = high > low ? high - low : 1;
  for (let i = 0; i < pixels.length; i++) scaled[i] = (pixels[i] - low) / range;
  return {shape, pixels: scaled};
}

/** Returns the first place and the step of a square grid of about `points` points: [startY, stepY, startX, stepX]. */
function regularGrid(height: number, width: number, points: number): [number, number, number, number] {
  if (height * width <= points) return [0, 1, 0, 1];
  let [stepY, stepX] = [Math.sqrt((height * width) / points), Math.sqrt((height * width) / points)];
  // a side shorter than the step gets one point, and the other side gets all of them
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

/**
 * Breaks labels into connected pieces. A piece with fewer than `least` pixels joins the neighbour that was seen last; a
 * piece that reaches `most` pixels is cut there.
 */
function connected(labels: Int32Array, width: number, least: number, most: number): Int32Array {
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
