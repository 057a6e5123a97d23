import {labOf} from "./color-space";
import {gaussianBlur} from "./gaussian-blur";
import {type Raster, type Segmentation, segmentationOf} from "./raster";
import {openWorkspace} from "./workspace";

export interface QuickshiftSettings {
  /** The standard deviation of the density's kernel, in pixels, at least 1. A larger one gives fewer segments. */
  readonly kernelSize: number;
  /** The longest link between two pixels, measured in pixels and scaled colour together. */
  readonly maxDistance: number;
  /** The weight of colour against place, from 0 to 1. */
  readonly ratio: number;
  /** The standard deviation of the blur before segmenting, in pixels. */
  readonly sigma?: number;
}

/**
 * Quickshift segments (Vedaldi & Soatto 2008, "Quick Shift and Kernel Methods for Mode Seeking", eq. 6): every pixel is
 * linked to the nearest pixel of higher density, in colour (Lab) and place together; the trees that this makes are the
 * segments.
 *
 * scikit-image adds normal noise of 1e-5 to the densities, which alone decides flat backgrounds. Here, of two equal
 * densities the one farther from the image's middle counts as higher, and after that the one with the lower index, so
 * that an image always has the same segments. Flat ground then falls apart toward the corners, as it does under noise:
 * on digits this agrees with scikit-image as well as two of its seeds do, where "the lower index" alone does not.
 *
 * @param tieBreak One number for each pixel, which is added to its density. With scikit-image's own noise, the
 * partition is the one that scikit-image makes.
 */
export function quickshift(raster: Raster, settings: QuickshiftSettings, tieBreak?: Float64Array): Segmentation {
  const {kernelSize, maxDistance, ratio, sigma = 0} = settings;
  const [height, width] = raster.shape;
  if (!(kernelSize >= 1)) throw new RangeError(`quickshift: expected a kernel size of 1 or more, got ${kernelSize}`);
  const color = gaussianBlur(labOf(raster), height, width, 3, sigma).map((v) => v * ratio);
  const radius = Math.ceil(3 * kernelSize);
  const density = densities(color, height, width, radius, -0.5 / (kernelSize * kernelSize), tieBreak);
  const parent = parents(color, density, height, width, radius, maxDistance * maxDistance);
  for (let p = 0; p < parent.length; p++) {
    let root = p;
    while (parent[root] !== root) root = parent[root];
    for (let q = p; q !== root; ) {
      const next = parent[q];
      parent[q] = root;
      q = next;
    }
  }
  return segmentationOf(parent);
}

/**
 * Sums exp(exponent · (difference of colour² + distance²)) over the window around each pixel, itself included.
 *
 * @param color Three numbers for each pixel.
 */
export function densities(
  color: Float64Array,
  height: number,
  width: number,
  radius: number,
  exponent: number,
  tieBreak?: Float64Array,
): Float64Array {
  const area = height * width;
  const {addPairs, doubles} = openWorkspace(8 * (4 * area + 2));
  const planes = doubles(3 * area + 1);
  const density = doubles(area + 1);
  for (let p = 0; p < area; p++) {
    for (let c = 0; c < 3; c++) planes[c * area + p] = color[3 * p + c];
    density[p] = 1 + (tieBreak ? tieBreak[p] : 0); // the weight of a pixel on itself
  }
  for (let dy = 0; dy <= radius; dy++) {
    for (let dx = dy === 0 ? 1 : -radius; dx <= radius; dx++) {
      addPairs(dy, dx, height, width, planes, 8 * area, exponent, density);
    }
  }
  return density.slice(0, area);
}

/**
 * Finds for each pixel the nearest pixel of higher density that is in the window and not farther than the square root
 * of `farthest`. If there is none, it is the pixel itself.
 */
function parents(
  color: Float64Array,
  density: Float64Array,
  height: number,
  width: number,
  radius: number,
  farthest: number,
): Int32Array {
  const offsets = nearestFirst(radius);
  const parent = new Int32Array(density.length);
  const fromMiddle = (p: number) => (2 * Math.floor(p / width) - height + 1) ** 2 + (2 * (p % width) - width + 1) ** 2;
  const wins = (q: number, p: number) => fromMiddle(q) > fromMiddle(p) || (fromMiddle(q) === fromMiddle(p) && q < p);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const p = y * width + x;
      const own = density[p];
      let best = p;
      let closest = Infinity;
      for (let i = 0; i < offsets.length; i += 3) {
        const place = offsets[i + 2];
        if (place > closest) break; // colour can only add to the distance, so no later pixel is nearer
        const qy = y + offsets[i];
        const qx = x + offsets[i + 1];
        if (qy < 0 || qx < 0 || qy >= height || qx >= width) continue;
        const q = qy * width + qx;
        if (density[q] < own || (density[q] === own && !wins(q, p))) continue;
        const d0 = color[3 * p] - color[3 * q];
        const d1 = color[3 * p + 1] - color[3 * q + 1];
        const d2 = color[3 * p + 2] - color[3 * q + 2];
        const d = d0 * d0 + d1 * d1 + d2 * d2 + place;
        if (d < closest || (d === closest && q < best)) {
          closest = d;
          best = q;
        }
      }
      parent[p] = closest <= farthest ? best : p;
    }
  }
  return parent;
}

/** Returns (dy, dx, dy² + dx²) of every place in the window but its middle, the nearest first. */
function nearestFirst(radius: number): Int32Array {
  const places: [number, number, number][] = [];
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) if (dy || dx) places.push([dy, dx, dy * dy + dx * dx]);
  }
  return Int32Array.from(places.sort((a, b) => a[2] - b[2]).flat());
}
