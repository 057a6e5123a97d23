import type {ImageShape} from "../../../nouns/samples";

/** The change of one image. All zeros, with zoom 1 and contrast 1, leave it unchanged. */
export interface Transform {
  /** The shift to the right and downwards, as shares of the width and the height. */
  readonly shiftX: number;
  readonly shiftY: number;
  /** The rotation in radians, clockwise as seen by a person. */
  readonly turn: number;
  /** Above 1, the content becomes larger. */
  readonly zoom: number;
  /** Whether left and right are exchanged; whether top and bottom are. */
  readonly mirrorX: boolean;
  readonly mirrorY: boolean;
  /** This number is added to every intensity. */
  readonly brightness: number;
  /** The distance of every intensity from 0.5 is multiplied by this. */
  readonly contrast: number;
}

/**
 * Applies a change to an image: it is mirrored, then zoomed and rotated about its middle, then shifted; brightness and
 * contrast come last and are cut off at 0 and 1. Each pixel is interpolated between the four pixels around the place
 * from which it comes (bilinear). Beyond the border, the border's own pixels are repeated.
 *
 * @param from The image, row by row, channels last. @param into The array for the new image, which must be a different
 * one.
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
