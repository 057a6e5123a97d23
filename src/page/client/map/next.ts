/**
 * The picture to which an arrow key leads: a near one, and more in the arrow's direction than beside it. The same
 * picture if there is no other.
 */
export function next(shown: Float32Array, from: number, [ax, ay]: readonly [number, number]): number {
  let [best, least] = [from, Infinity];
  for (let n = 0; n < shown.length / 2; n++) {
    const [x, y] = [shown[2 * n] - shown[2 * from], shown[2 * n + 1] - shown[2 * from + 1]];
    const along = x * ax + y * ay;
    const beside = Math.abs(x * ay) + Math.abs(y * ax);
    if (n === from || along <= 0 || beside > along) continue;
    const cost = along + 2 * beside;
    if (cost < least) [best, least] = [n, cost];
  }
  return best;
}

/** The picture nearest to a place. */
export function nearestTo(x: number, y: number, shown: Float32Array): number {
  let [best, least] = [0, Infinity];
  for (let n = 0; n < shown.length / 2; n++) {
    const far = (shown[2 * n] - x) ** 2 + (shown[2 * n + 1] - y) ** 2;
    if (far < least) [best, least] = [n, far];
  }
  return best;
}
