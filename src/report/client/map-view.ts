/** @file Where the map's points stand on the screen: pure functions over flat arrays. */

/** How the map is looked at; shared by both maps when comparing. */
export interface Camera {
  zoom: number;
  /** What is in the middle, away from the map's own middle, in shares of the frame. */
  shiftX: number;
  shiftY: number;
  /** Of a map in three dimensions, in radians: round the upright axis, and tilted. */
  turn: number;
  tilt: number;
}

export const HOME: Readonly<Camera> = {zoom: 1, shiftX: 0, shiftY: 0, turn: 0.6, tilt: 0.35};

/** Pixels round the map that stay empty. */
const MARGIN = 16;

/** The middle and extent of all stops' points, which is the frame that every stop is drawn in. */
export function frameOf(stops: readonly Float32Array[], dimensions: number): {middle: number[]; span: number[]} {
  const low = Array<number>(dimensions).fill(Infinity);
  const high = Array<number>(dimensions).fill(-Infinity);
  for (const points of stops) {
    for (let i = 0; i < points.length; i++) {
      const axis = i % dimensions;
      if (points[i] < low[axis]) low[axis] = points[i];
      if (points[i] > high[axis]) high[axis] = points[i];
    }
  }
  return {middle: low.map((l, j) => (l + high[j]) / 2), span: low.map((l, j) => high[j] - l || 1)};
}

/** Pixels a unit of the map, at zoom 1. */
export function unitPixels(width: number, height: number, span: readonly number[]): number {
  if (span.length === 3) return Math.min(width - 2 * MARGIN, height - 2 * MARGIN) / Math.hypot(...span);
  return Math.min((width - 2 * MARGIN) / span[0], (height - 2 * MARGIN) / span[1]);
}

/**
 * Screen positions of points between two stops.
 *
 * @param share 0 at `from`, 1 at `to`.
 * @param screen Filled with x and y of each point, in pixels; the third number is depth, −1 far to 1 near (0 in 2-D).
 */
export function place(
  screen: Float32Array,
  from: Float32Array,
  to: Float32Array,
  share: number,
  {middle, span}: {middle: readonly number[]; span: readonly number[]},
  camera: Camera,
  width: number,
  height: number,
): void {
  const dimensions = middle.length;
  const scale = unitPixels(width, height, span) * camera.zoom;
  const [sinTurn, cosTurn, sinTilt, cosTilt] = [
    Math.sin(camera.turn),
    Math.cos(camera.turn),
    Math.sin(camera.tilt),
    Math.cos(camera.tilt),
  ];
  const reach = dimensions === 3 ? Math.hypot(...span) / 2 : 1;
  for (let i = 0, at = 0; at < from.length; i++, at += dimensions) {
    let x = from[at] + (to[at] - from[at]) * share - middle[0];
    let y = from[at + 1] + (to[at + 1] - from[at + 1]) * share - middle[1];
    let depth = 0;
    if (dimensions === 3) {
      const z = from[at + 2] + (to[at + 2] - from[at + 2]) * share - middle[2];
      const turned = z * cosTurn - x * sinTurn;
      x = x * cosTurn + z * sinTurn;
      depth = (turned * cosTilt + y * sinTilt) / reach;
      y = y * cosTilt - turned * sinTilt;
    }
    screen[3 * i] = width / 2 + (x - camera.shiftX) * scale;
    screen[3 * i + 1] = height / 2 + (y - camera.shiftY) * scale;
    screen[3 * i + 2] = depth;
  }
}

/** The point nearest to (x, y) within `reach` pixels, or −1. */
export function pointNear(screen: Float32Array, x: number, y: number, reach: number): number {
  let [best, least] = [-1, reach * reach];
  for (let i = 0; i < screen.length / 3; i++) {
    const distance = (screen[3 * i] - x) ** 2 + (screen[3 * i + 1] - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

/** The point that an arrow key goes to from point i: near, and no more than about 50° off the direction. Or i itself. */
export function pointBeside(screen: Float32Array, i: number, right: number, down: number): number {
  let [best, least] = [i, Infinity];
  for (let j = 0; j < screen.length / 3; j++) {
    const [dx, dy] = [screen[3 * j] - screen[3 * i], screen[3 * j + 1] - screen[3 * i + 1]];
    const along = dx * right + dy * down;
    const off = Math.abs(dx * down - dy * right);
    if (along > 3 && off < along * 1.2 && along + 2 * off < least) [best, least] = [j, along + 2 * off];
  }
  return best;
}

/** Whether (x, y) is inside a closed outline `[x, y, x, y, …]` (even–odd rule). */
export function inside(outline: readonly number[], x: number, y: number): boolean {
  let odd = false;
  for (let i = 0, j = outline.length - 2; i < outline.length; j = i, i += 2) {
    const [xi, yi, xj, yj] = [outline[i], outline[i + 1], outline[j], outline[j + 1]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}
