/** Numbers that describe a picture and need no network. Slices are cut by them. */
export interface Traits {
  /** Mean intensity of all pixels, 0 to 1. */
  readonly brightness: number;
  /** The box around the ink, as a share of the picture's area; 0 of an empty picture. */
  readonly size: number;
  /** Mean width of the strokes in pixels: twice the ink's area over its outline; 0 of an empty picture. */
  readonly stroke: number;
}

/** Ink is what is at least half as far from the ground as the farthest pixel; the ground is the outermost ring's mean. */
const INK = 0.5;

/**
 * @param pixels One picture's bytes, channels last; of several channels the mean counts.
 */
export function imageTraits(pixels: ArrayLike<number>, height: number, width: number, channels: number): Traits {
  const grey = new Float64Array(height * width);
  let [sum, ring, onRing] = [0, 0, 0];
  for (let p = 0; p < grey.length; p++) {
    for (let c = 0; c < channels; c++) grey[p] += pixels[p * channels + c] / channels;
    sum += grey[p];
    const [y, x] = [Math.floor(p / width), p % width];
    if (y > 0 && y < height - 1 && x > 0 && x < width - 1) continue;
    ring += grey[p];
    onRing++;
  }
  const ground = ring / onRing;
  let farthest = 0;
  for (const value of grey) farthest = Math.max(farthest, Math.abs(value - ground));
  const isInk = (y: number, x: number) =>
    y >= 0 && y < height && x >= 0 && x < width && Math.abs(grey[y * width + x] - ground) >= INK * farthest;
  let [area, outline, top, left, bottom, right] = [0, 0, height, width, -1, -1];
  for (let y = 0; farthest > 0 && y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!isInk(y, x)) continue;
      area++;
      outline += [isInk(y - 1, x), isInk(y + 1, x), isInk(y, x - 1), isInk(y, x + 1)].filter((ink) => !ink).length;
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
    }
  }
  return {
    brightness: sum / grey.length / 255,
    size: area === 0 ? 0 : ((bottom - top + 1) * (right - left + 1)) / grey.length,
    stroke: outline === 0 ? 0 : (2 * area) / outline,
  };
}
