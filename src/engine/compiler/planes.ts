import type {Address} from "./address";
import type {Arena} from "./arena";
import {moved} from "./program";

/** Height, width and channels of one image's activations. */
export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Zeros kept around each plane, in elements. */
export interface Border {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export const NO_BORDER: Border = {top: 0, left: 0, bottom: 0, right: 0};

/** A border that is wide enough for all. */
export function widest(borders: readonly Border[]): Border {
  const most = (side: keyof Border) => Math.max(0, ...borders.map((border) => border[side]));
  return {top: most("top"), left: most("left"), bottom: most("bottom"), right: most("right")};
}

/**
 * Activations of four images: element (y, x) of channel c stands at `at + c · plane + y · row + x · step`, and is four
 * numbers, one an image. The border around each plane is 0 from the start and never written.
 */
export interface Planes extends Shape {
  readonly at: Address;
  readonly step: number;
  readonly row: number;
  readonly plane: number;
}

/** One element: four images' float32. */
export const ELEMENT = 16;

/** @param dilation Distance between neighbours, in elements; what lies between is 0. */
export function takePlanes(
  arena: Arena,
  {height, width, channels}: Shape,
  border: Border = NO_BORDER,
  dilation: readonly [number, number] = [1, 1],
): Planes {
  const [down, across] = dilation;
  const row = ((width - 1) * across + 1 + border.left + border.right) * ELEMENT;
  const plane = ((height - 1) * down + 1 + border.top + border.bottom) * row;
  // Dense kernels write their outputs in fours.
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

/** The planes' address moved by rows and columns. */
export function corner(planes: Planes, rows: number, columns: number): Address {
  return moved(planes.at, rows * planes.row + columns * planes.step);
}

/** Numbers in an array of that shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
