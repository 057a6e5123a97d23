/** A square on a sheet, in units. */
export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** Where points stand on a sheet. */
export interface Placed {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** Of points in space: 0 far to 1 near. */
  readonly depth?: Float64Array;
}

/** Least and greatest x, then y, in the map's own unit. */
export type Extent = readonly [left: number, right: number, low: number, high: number];

/** Share of the square left free along its edges. */
const EDGE = 0.034;

/**
 * Points in a square, one scale for all directions, y upwards. Points in space are seen from the side and above.
 *
 * @param extent What fills the square: by default what these points reach; one for several maps makes them comparable.
 */
export function placed(points: Float32Array, n: number, {left, top, side}: Square, extent?: Extent): Placed {
  const {x, y, z} = turned(points, n);
  const [low, high, bottom, ceiling] = extent ?? extentOf([points], n);
  const scale = (side * (1 - 2 * EDGE)) / (Math.max(high - low, ceiling - bottom) || 1);
  const xs = x.map((v) => left + side / 2 + (v - (low + high) / 2) * scale);
  const ys = y.map((v) => top + side / 2 - (v - (bottom + ceiling) / 2) * scale);
  if (!z) return {xs, ys};
  const [far, near] = [least(z), most(z)];
  return {xs, ys, depth: z.map((v) => (v - far) / (near - far || 1))};
}

/** What all the maps of n points together reach. */
export function extentOf(maps: readonly Float32Array[], n: number): Extent {
  const seen = maps.map((points) => turned(points, n));
  return [
    Math.min(...seen.map(({x}) => least(x))),
    Math.max(...seen.map(({x}) => most(x))),
    Math.min(...seen.map(({y}) => least(y))),
    Math.max(...seen.map(({y}) => most(y))),
  ];
}

/** In space the farthest first; in the plane an order that mixes classes, whatever order the points come in. */
export function drawingOrder(n: number, depth?: Float64Array): Uint32Array {
  const rank = depth ?? Float64Array.from({length: n}, (_, i) => (i * 0.6180339887498949) % 1);
  return Uint32Array.from({length: n}, (_, i) => i).sort((a, b) => rank[a] - rank[b]);
}

function turned(points: Float32Array, n: number): {x: Float64Array; y: Float64Array; z?: Float64Array} {
  const dimensions = n ? points.length / n : 2;
  const coordinate = (d: number) => Float64Array.from({length: n}, (_, i) => points[i * dimensions + d]);
  const [a, b] = [coordinate(0), coordinate(1)];
  if (dimensions !== 3) return {x: a, y: b};
  const c = coordinate(2);
  const [sin, cos, sinUp, cosUp] = [Math.sin(0.6), Math.cos(0.6), Math.sin(0.45), Math.cos(0.45)];
  const away = a.map((v, i) => sin * v + cos * c[i]);
  return {
    x: a.map((v, i) => cos * v - sin * c[i]),
    y: b.map((v, i) => cosUp * v - sinUp * away[i]),
    z: b.map((v, i) => -(sinUp * v + cosUp * away[i])),
  };
}

function least(values: Float64Array): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}

function most(values: Float64Array): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity);
}
