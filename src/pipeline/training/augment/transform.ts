import type {ImageShape} from "../../../nouns/samples";

/** The change of one image. All zeros, with zoom 1 and contrast 1, leave it unchanged. */
export interface Transform {
  /** Shares of the width and the height: to the right, and downwards. */
  readonly shiftX: number;
  readonly shiftY: number;
  /** Radians, clockwise as one sees it. */
  readonly turn: number;
  /** Above 1: what is shown is larger. */
  readonly zoom: number;
  /** Left and right exchanged; top and bottom. */
  readonly mirrorX: boolean;
  readonly mirrorY: boolean;
  /** Added to every intensity. */
  readonly brightness: number;
  /** Intensities' distances from 0.5 are multiplied by it. */
  readonly contrast: number;
}

/**
 * An image as `transform` shows it: mirrored, then zoomed and turned about its middle, then shifted; brightness and contrast
 * last, cut off at 0 and 1. Each pixel is read where it comes from, between its four neighbours (bilinear); beyond the border
 * the border's own pixels go on.
 *
 * @param from The image, row by row, channels last. @param into Where the new one goes: not the same place.
 */
export function transformed(from: Float32Array, into: Float32Array, shape: ImageShape, transform: Transform): void {
  const [height, width, channels] = shape;
  const {shiftX, shiftY, turn, zoom, mirrorX, mirrorY} = transform;
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const [cos, sin] = [Math.cos(turn) / zoom, Math.sin(turn) / zoom];
  const [signX, signY] = [mirrorX ? -1 : 1, mirrorY ? -1 : 1];
  const [right, below] = [width > 1 ? channels : 0, height > 1 ? width * channels : 0];
  const [lastLeft, lastTop] = [Math.max(0, width - 2), Math.max(0, height - 2)];
  // plain variables from here on: this runs for every pixel of every image
  for (let y = 0, at = 0; y < height; y++) {
    const dy = y - middleY - shiftY * height;
    for (let x = 0; x < width; x++) {
      const dx = x - middleX - shiftX * width;
      const fromX = within(middleX + signX * (cos * dx + sin * dy), width - 1);
      const fromY = within(middleY + signY * (cos * dy - sin * dx), height - 1);
      const left = Math.min(lastLeft, Math.floor(fromX));
      const top = Math.min(lastTop, Math.floor(fromY));
      const across = fromX - left;
      const down = fromY - top;
      let i = (top * width + left) * channels;
      for (let c = 0; c < channels; c++, at++, i++) {
        const above = from[i] + across * (from[i + right] - from[i]);
        const under = from[i + below] + across * (from[i + below + right] - from[i + below]);
        into[at] = above + down * (under - above);
      }
    }
  }
  const {brightness, contrast} = transform;
  if (brightness === 0 && contrast === 1) return;
  for (let i = 0; i < height * width * channels; i++) {
    into[i] = within((into[i] - 0.5) * contrast + 0.5 + brightness, 1);
  }
}

function within(value: number, most: number): number {
  return value < 0 ? 0 : value > most ? most : value;
}
