/** Numbers that describe a picture and need no network. Pictures are divided into slices by them. */
export interface Traits {
  /** Mean intensity of all pixels, 0 to 1. */
  readonly brightness: number;
  /** The area of the box around the ink, as a share of the picture's area; 0 for an empty picture. */
  readonly size: number;
  /**
   * The mean width of the strokes in pixels: twice the ink's area divided by the length of its outline; 0 for an empty
   * picture.
   */
  readonly stroke: number;
}

/**
 * A pixel is ink if its difference from the background is at least half of the largest difference. The background is
 * the mean of the outermost ring of pixels.
 */
const INK = 0.5;

/** @param pixels One picture's bytes, channels last; if there are several channels, their mean is used. */
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
