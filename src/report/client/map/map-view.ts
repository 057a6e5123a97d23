/** @file Computes the places of the map's points on the screen: pure functions on flat arrays. */

/** How the map is looked at; shared by both maps when comparing. */
export interface Camera {
  zoom: number;
  /** The distance of the panel's middle from the map's own middle, as a share of the frame. */
  shiftX: number;
  shiftY: number;
  /** The rotation of a map in three dimensions, in radians: around the upright axis, and the tilt. */
  turn: number;
  tilt: number;
}

export const HOME: Readonly<Camera> = {zoom: 1, shiftX: 0, shiftY: 0, turn: 0.6, tilt: 0.35};

/** How many pixels around the map stay empty. */
const MARGIN = 16;

/** The frame in which every stop is drawn. */
export interface Frame {
  readonly middle: readonly number[];
  readonly span: readonly number[];
  /** For a map in three dimensions: the greatest distance of a point from the upright axis. */
  readonly around: number;
  /**
   * The greatest distance of a point above or below the middle, for each tilt; tilt i is i of the `TILTS` steps of a
   * right angle.
   */
  readonly rise: Float32Array;
}

const TILTS = 32;

/** The middle and the extent of the points at all stops. */
export function frameOf(stops: readonly Float32Array[], dimensions: number): Frame {
  const low = Array<number>(dimensions).fill(Infinity);
  const high = Array<number>(dimensions).fill(-Infinity);
  for (const points of stops) {
    for (let i = 0; i < points.length; i++) {
      const axis = i % dimensions;
      if (points[i] < low[axis]) low[axis] = points[i];
      if (points[i] > high[axis]) high[axis] = points[i];
    }
  }
  const middle = low.map((l, j) => (l + high[j]) / 2);
  const span = low.map((l, j) => high[j] - l || 1);
  return {middle, span, ...(dimensions === 3 ? reach(stops, middle) : {around: 0, rise: new Float32Array(0)})};
}

/** How far a map reaches in any rotation, so that it fills its panel and stays inside. */
function reach(stops: readonly Float32Array[], middle: readonly number[]): Pick<Frame, "around" | "rise"> {
  let around = 0;
  const rise = new Float32Array(TILTS + 1);
  const turns = Array.from(rise, (_, t) => [
    Math.sin((t / TILTS) * (Math.PI / 2)),
    Math.cos((t / TILTS) * (Math.PI / 2)),
  ]);
  for (const points of stops) {
    for (let at = 0; at < points.length; at += 3) {
      const out = Math.hypot(points[at] - middle[0], points[at + 2] - middle[2]);
      const up = Math.abs(points[at + 1] - middle[1]);
      around = Math.max(around, out);
      for (let t = 0; t <= TILTS; t++) rise[t] = Math.max(rise[t], up * turns[t][1] + out * turns[t][0]);
    }
  }
  return {around: around || 1, rise};
}

/** How many pixels a unit of the map has at zoom 1. @param tilt The tilt of a map in three dimensions. */
export function unitPixels(width: number, height: number, {span, around, rise}: Frame, tilt = 0): number {
  const [w, h] = [width - 2 * MARGIN, height - 2 * MARGIN];
  if (span.length < 3) return Math.min(w / span[0], h / span[1]);
  const at = Math.min(TILTS, (Math.abs(tilt) / (Math.PI / 2)) * TILTS);
  const before = Math.floor(at);
  // between two steps the map rises by no more than on the circle through the higher one
  const up = Math.max(rise[before], rise[Math.min(TILTS, before + 1)]) / Math.cos(Math.PI / 2 / TILTS / 2);
  return Math.min(w / (2 * around), h / (2 * (up || 1)));
}

/**
 * The screen positions of points between two stops.
 *
 * @param share 0 at `from`, 1 at `to`.
 * @param screen This array gets x and y of each point in pixels; the third number is the depth, from −1 (far) to 1
 * (near), or 0 in 2-D.
 */
export function place(
  screen: Float32Array,
  from: Float32Array,
  to: Float32Array,
  share: number,
  frame: Frame,
  camera: Camera,
  width: number,
  height: number,
): void {
  const {middle, span} = frame;
  const dimensions = middle.length;
  const scale = unitPixels(width, height, frame, camera.tilt) * camera.zoom;
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

/**
 * The point to which an arrow key goes from point i: a near one, at most about 50° away from the direction. If there is
 * none, i itself.
 */
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
