/** A square on a sheet, in units. */
export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** The places of points on a sheet. */
export interface Placed {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** How near a point in space is, from 0 (far) to 1 (near). */
  readonly depth?: Float64Array;
}

/** The smallest and largest x, then y, in the map's own unit. */
export type Extent = readonly [left: number, right: number, low: number, high: number];

/** The share of the square that stays free along its edges. */
const EDGE = 0.034;

/**
 * Places points in a square, with one scale for all directions and y upwards. Points in space are seen from the side
 * and from above.
 *
 * @param extent The area that fills the square; by default, the area of these points. A common area makes several maps
 * comparable.
 */
export function placed(points: Float32Array, n: number, {left, top, side}: Square, extent?: Extent): Placed {
  const {x: xs, y: ys, z: depth} = turned(points, n);
  const [low, high, bottom, ceiling] = extent ?? reach([{x: xs, y: ys}]);
  const scale = (side * (1 - 2 * EDGE)) / (Math.max(high - low, ceiling - bottom) || 1);
  for (let i = 0; i < n; i++) {
    xs[i] = left + side / 2 + (xs[i] - (low + high) / 2) * scale;
    ys[i] = top + side / 2 - (ys[i] - (bottom + ceiling) / 2) * scale;
  }
  if (!depth) return {xs, ys};
  const [far, near] = [least(depth), most(depth)];
  for (let i = 0; i < n; i++) depth[i] = (depth[i] - far) / (near - far || 1);
  return {xs, ys, depth};
}

/** The extent of all maps of n points together. */
export function extentOf(maps: readonly Float32Array[], n: number): Extent {
  return reach(maps.map((points) => turned(points, n)));
}

/**
 * The order of drawing: in space, the farthest point comes first; in the plane, it is an order that mixes the classes,
 * whatever the order of the points is.
 */
export function drawingOrder(n: number, depth?: Float64Array): Uint32Array {
  if (!depth) return mixedOrder(n);
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  return order.sort((a, b) => depth[a] - depth[b]);
}

/**
 * The numbers i from 0 to n - 1 in the order of the fractional part of i / φ, where φ is the golden ratio. It finds the
 * order without sorting: among n multiples of a number, the next larger fractional part is always one of three steps
 * away (the three-gap theorem, Sós 1958); for φ, these steps are two Fibonacci numbers and their difference.
 */
function mixedOrder(n: number): Uint32Array {
  // up / φ is a little more than a whole number, and down / φ a little less. The larger they are, the closer they are
  // to it.
  let up = 2;
  let down = 1;
  while (up + down < n) {
    if (up > down) down += up;
    else up += down;
  }
  const order = new Uint32Array(n);
  for (let i = 1; i < n; i++) {
    const last = order[i - 1];
    order[i] = last + up < n ? last + up : last < down ? last + up - down : last - down;
  }
  return order;
}

interface Turned {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** The coordinate towards the viewer, for points in space. */
  readonly z?: Float64Array;
}

function turned(points: Float32Array, n: number): Turned {
  const dimensions = n ? points.length / n : 2;
  const [x, y] = [new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    x[i] = points[i * dimensions];
    y[i] = points[i * dimensions + 1];
  }
  if (dimensions !== 3) return {x, y};
  const z = new Float64Array(n);
  const [sin, cos, sinUp, cosUp] = [Math.sin(0.6), Math.cos(0.6), Math.sin(0.45), Math.cos(0.45)];
  for (let i = 0; i < n; i++) {
    const a = x[i];
    const b = y[i];
    const c = points[3 * i + 2];
    const away = sin * a + cos * c;
    x[i] = cos * a - sin * c;
    y[i] = cosUp * b - sinUp * away;
    z[i] = -(sinUp * b + cosUp * away);
  }
  return {x, y, z};
}

function reach(maps: readonly Pick<Turned, "x" | "y">[]): Extent {
  return [
    Math.min(...maps.map(({x}) => least(x))),
    Math.max(...maps.map(({x}) => most(x))),
    Math.min(...maps.map(({y}) => least(y))),
    Math.max(...maps.map(({y}) => most(y))),
  ];
}

function least(values: Float64Array): number {
  let found = Infinity;
  for (let i = 0; i < values.length; i++) found = Math.min(found, values[i]);
  return found;
}

function most(values: Float64Array): number {
  let found = -Infinity;
  for (let i = 0; i < values.length; i++) found = Math.max(found, values[i]);
  return found;
}
