/** @file Where the map's pictures are put: pure arithmetic, no canvas. Places are in half heights of the panel, its middle is 0. */

/** In how many rounds pictures that cover each other are pushed apart, and by what share of their overlap. */
const [TURNS, SHARE] = [8, 0.25];
/** The most pairs that are looked at. */
const PAIRS = 40_000;
/** A map that is narrower than this is still in its first steps, with all points in one place. */
const NARROW = 3.01;
/** The part of the panel that a map fills. */
const FILLED = 1.8;

/** The space for a map, in units of half the panel's height. */
export interface Room {
  /** The panel's width over its height. */
  readonly wide: number;
  /** Least distance of two pictures. */
  readonly apart: number;
  /** Least distance of a picture's middle from the panel's edge. */
  readonly margin: number;
}

const near = new Uint16Array(2 * PAIRS);

/**
 * Centres a map and scales it to the panel; then pushes apart pictures that cover each other. A map tells which
 * pictures are near each other; pushing them apart so that none hides another moves them by less than a picture's
 * width. A map that is still small stays small.
 *
 * @param points `[n * 2]`. @param target The array for the places, `[n * 2]`.
 */
export function layOut(points: ArrayLike<number>, {wide, apart, margin}: Room, target: Float32Array): void {
  const count = target.length / 2;
  const [[x0, x1], [y0, y1]] = [0, 1].map((d) => {
    const sorted = Float32Array.from({length: count}, (_, n) => points[2 * n + d]).sort();
    const spare = count > 50 ? 2 : 0; // a few points that are far out may be pulled in
    return [sorted[spare], sorted[count - 1 - spare]];
  });
  const size = Math.max((x1 - x0) / wide, y1 - y0, 3);
  const scale = FILLED / size;
  for (let n = 0; n < count; n++) {
    target[2 * n] = (points[2 * n] - (x0 + x1) / 2) * scale;
    target[2 * n + 1] = (points[2 * n + 1] - (y0 + y1) / 2) * scale;
  }
  if (size > NARROW) pushApart(target, apart);
  let most = 0;
  for (let n = 0; n < count; n++) {
    most = Math.max(most, Math.abs(target[2 * n]) / (wide - margin), Math.abs(target[2 * n + 1]) / (1 - margin));
  }
  if (most > 1) for (let i = 0; i < 2 * count; i++) target[i] /= most;
}

/**
 * Eight times, each two pictures that overlap move apart by a quarter of their overlap. The pairs are found in one
 * sweep along x.
 */
function pushApart(target: Float32Array, apart: number): void {
  const pairs = pairsWithin(target, apart);
  for (let turn = 0; turn < TURNS; turn++) {
    for (let i = 0; i < 2 * pairs; i += 2) {
      const [a, b] = [2 * near[i], 2 * near[i + 1]];
      const [x, y] = [target[b] - target[a], target[b + 1] - target[a + 1]];
      const square = x * x + y * y;
      if (square >= apart * apart) continue;
      const far = Math.sqrt(square) || 1e-6;
      const by = (SHARE * (apart - far)) / far;
      target[a] -= by * x;
      target[a + 1] -= by * y;
      target[b] += by * x;
      target[b + 1] += by * y;
    }
  }
}

/** Finds pairs that are nearer than `apart` in both directions, and writes them to `near`. @returns How many. */
function pairsWithin(target: Float32Array, apart: number): number {
  const count = target.length / 2;
  const byX = Uint32Array.from({length: count}, (_, n) => n).sort((a, b) => target[2 * a] - target[2 * b]);
  let pairs = 0;
  for (let i = 0; i < count; i++) {
    const a = byX[i];
    for (let j = i + 1; j < count && pairs < PAIRS; j++) {
      const b = byX[j];
      if (target[2 * b] - target[2 * a] > apart) break;
      if (Math.abs(target[2 * b + 1] - target[2 * a + 1]) > apart) continue;
      near[2 * pairs] = a;
      near[2 * pairs++ + 1] = b;
    }
  }
  return pairs;
}

/** How many of the ten nearest neighbours on a map are of the same class: the mean over every fourth picture. */
export function sameClassNear(points: ArrayLike<number>, labels: ArrayLike<number>): number {
  const count = labels.length;
  const neighbours = Math.min(10, count - 1);
  let [same, asked] = [0, 0];
  for (let i = 0; i < count; i += 4, asked++) {
    const far = Float32Array.from({length: count}, (_, j) =>
      j === i ? -1 : (points[2 * i] - points[2 * j]) ** 2 + (points[2 * i + 1] - points[2 * j + 1]) ** 2,
    );
    const order = Uint32Array.from({length: count}, (_, n) => n).sort((a, b) => far[a] - far[b]);
    for (const j of order.subarray(1, neighbours + 1)) if (labels[j] === labels[i]) same++;
  }
  return ((same / asked) * 10) / neighbours;
}
