/**
 * Lays one set of points in the plane over another, as well as possible, by turning, mirroring, scaling and moving it
 * as a whole: it finds the smallest sum of squared distances (Procrustes analysis; Gower 1975), in closed form by
 * complex numbers.
 *
 * @param moving Pairs x, y. @param fixed The same number of points, at other places.
 * @returns `moving`, laid over `fixed`; if all points of one set are equal, it is only moved.
 */
export function laidOver(moving: ArrayLike<number>, fixed: ArrayLike<number>): Float64Array {
  const count = moving.length / 2;
  const middle = (points: ArrayLike<number>, axis: 0 | 1) => {
    let sum = 0;
    for (let n = 0; n < count; n++) sum += points[2 * n + axis];
    return sum / count;
  };
  const [mx, my, fx, fy] = [middle(moving, 0), middle(moving, 1), middle(fixed, 0), middle(fixed, 1)];
  // as complex numbers: the sum of conj(m) f gives the turn of the points, the sum of m f that of their mirror image
  let [straightRe, straightIm, mirrorRe, mirrorIm, spread] = [0, 0, 0, 0, 0];
  for (let n = 0; n < count; n++) {
    const [a, b] = [moving[2 * n] - mx, moving[2 * n + 1] - my];
    const [c, d] = [fixed[2 * n] - fx, fixed[2 * n + 1] - fy];
    straightRe += a * c + b * d;
    straightIm += a * d - b * c;
    mirrorRe += a * c - b * d;
    mirrorIm += a * d + b * c;
    spread += a * a + b * b;
  }
  const isMirrored = Math.hypot(mirrorRe, mirrorIm) > Math.hypot(straightRe, straightIm);
  const [re, im] = (isMirrored ? [mirrorRe, mirrorIm] : [straightRe, straightIm]).map((v) =>
    spread > 0 ? v / spread : 0,
  );
  const laid = new Float64Array(2 * count);
  for (let n = 0; n < count; n++) {
    const a = moving[2 * n] - mx;
    const b = (moving[2 * n + 1] - my) * (isMirrored ? -1 : 1);
    laid[2 * n] = fx + a * re - b * im;
    laid[2 * n + 1] = fy + a * im + b * re;
  }
  return laid;
}
