import type {Address} from "./address";
import type {Arena} from "./arena";
import {moved} from "./program";

/** The height, width and channels of one image's activations. */
export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** How many zeros are kept on each side of each plane, in elements. */
export interface Border {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export const NO_BORDER: Border = {top: 0, left: 0, bottom: 0, right: 0};

/** The narrowest border that is wide enough for all of these. */
export function widest(borders: readonly Border[]): Border {
  const most = (side: keyof Border) => Math.max(0, ...borders.map((border) => border[side]));
  return {top: most("top"), left: most("left"), bottom: most("bottom"), right: most("right")};
}

/**
 * The activations of four images. Element (y, x) of channel c stands at `at + c · plane + y · row + x · step`, and
 * consists of four numbers, one for each image. The border around each plane is 0 from the start and is never written.
 */
export interface Planes extends Shape {
  readonly at: Address;
  readonly step: number;
  readonly row: number;
  readonly plane: number;
}

/** The size of an element in bytes: float32 numbers of four images. */
export const ELEMENT = 16;

/**
 * Takes memory for planes.
 *
 * @param dilation The distance between neighbours, in elements; the elements in between are 0.
 */
export function takePlanes(
  arena: Arena,
  {height, width, channels}: Shape,
  border: Border = NO_BORDER,
  dilation: readonly [number, number] = [1, 1],
): Planes {
  const [down, across] = dilation;
  const row = ((width - 1) * across + 1 + border.left + border.right) * ELEMENT;
  const plane = ((height - 1) * down + 1 + border.top + border.bottom) * row;
  // Dense kernels write four outputs at a time.
  const start = arena.take(Math.ceil(channels / 4) * 4 * plane);
  const at = {local: start + border.top * row + border.left * ELEMENT};
  return {height, width, channels, at, step: across * ELEMENT, row: down * row, plane};
}

/** Whether the elements follow each other without a gap. */
export function contiguous({height, width, step, row, plane}: Planes): boolean {
  return step === ELEMENT && (height === 1 || row === width * ELEMENT) && plane === height * width * ELEMENT;
}

export function elements({height, width, channels}: Shape): number {
  return height * width * channels;
}

/** The address of the element in the given row and column. */
export function corner(planes: Planes, rows: number, columns: number): Address {
  return moved(planes.at, rows * planes.row + columns * planes.step);
}

/** How many numbers an array of that shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
